import { visit } from "../demo/visit.ts";
import type { WayIn } from "../demo/ways-in.ts";
import { slowness } from "../lab/runs.ts";
import { waitFor } from "../probes/wait.ts";
import { formatAt } from "./analysis/words.ts";
import type { DrillClock } from "./clock.ts";
import type { DrillOptions } from "./options.ts";
import { requestLimitMs } from "./patience.ts";

/** As long as a visitor would wait; longer in machines in software. */
export const visitorsMs = 10_000;
/** What was asked too often may need so long to work off what is left of that: hundreds of requests wait for the page. */
export const calmMs = 30_000;

/** Waits until a way serves somebody who asks alone; returns what was seen last where it did not in time. */
export async function unserved(
  way: WayIn,
  { lab, http, isPage, signal }: Pick<DrillOptions, "lab" | "http" | "isPage" | "signal">,
  patienceMs: number,
): Promise<string | undefined> {
  const waited = await waitFor(
    async (each) => {
      const limitMs = requestLimitMs(lab);
      const answer = await visit({ http, signal: each }, way, limitMs).catch((error: Error) => error.message);
      if (typeof answer === "string") return { ok: false, seen: `${way.url} (${way.name}): ${answer}` };
      return isPage(answer.text, answer.status)
        ? { ok: true, value: undefined }
        : { ok: false, seen: `${way.url} (${way.name}) answers ${answer.status}` };
    },
    { timeoutMs: patienceMs * slowness(lab), signal },
  );
  return waited.ok ? undefined : waited.seen;
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
      if ((await unserved(way, options, calmMs)) !== undefined) return [];
      const at = formatAt(clock.now() - breakAt);
      return [[way.name, `asked alone at ${at}, after the drill's last request, the page answered`]];
    }),
  );
  return new Map(found.flat());
}
