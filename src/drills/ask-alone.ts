import { visit } from "../demo/visit.ts";
import type { WayIn } from "../demo/ways-in.ts";
import { slowness } from "../lab/runs.ts";
import { waitFor } from "../probes/wait.ts";
import { formatAt } from "./analysis/words.ts";
import type { DrillClock } from "./clock.ts";
import type { DrillOptions } from "./options.ts";
import { requestLimitMs } from "./patience.ts";

/** What was asked too often may need so long to work off what is left of that; longer in machines in software. */
const calmMs = 10_000;

/** Waits until a way serves somebody who asks alone; returns whether it did in time. */
export async function servesAlone(
  way: WayIn,
  { lab, http, isPage, signal }: Pick<DrillOptions, "lab" | "http" | "isPage" | "signal">,
): Promise<boolean> {
  const waited = await waitFor(
    async (each) => {
      const answer = await visit({ http, signal: each }, way, requestLimitMs(lab)).catch(() => undefined);
      const served = answer !== undefined && isPage(answer.text, answer.status);
      return served ? { ok: true, value: undefined } : { ok: false, seen: "not served" };
    },
    { timeoutMs: calmMs * slowness(lab), signal },
  );
  return waited.ok;
}

/** After the drill's last request: what speaks for its own load, by each lost way that serves somebody who asks alone. */
export async function afterwards(
  lost: readonly WayIn[],
  options: DrillOptions,
  { clock, breakAt }: { readonly clock: DrillClock; readonly breakAt: number },
): Promise<ReadonlyMap<string, string>> {
  if (lost.length > 0) options.say("looking whether the page answers when no other request is under way");
  const found = await Promise.all(
    lost.map(async (way): Promise<[string, string][]> => {
      if (!(await servesAlone(way, options))) return [];
      const at = formatAt(clock.now() - breakAt);
      return [[way.name, `asked alone at ${at}, after the drill's last request, the page answered`]];
    }),
  );
  return new Map(found.flat());
}
