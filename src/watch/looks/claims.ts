import { type ClaimResult, verifyLab } from "../../claims/verdict.ts";
import { slowness } from "../../lab/runs.ts";
import type { Of } from "../model/event.ts";
import type { Look, Place } from "./look.ts";

/** Long enough for a healthy lab's answers. */
const lookMs = 2_000;

/** Every claim of the lab, told as it is settled. */
export function claimsLook({ hub, lab }: Place, everyMs: number, rests: () => boolean): Look {
  return {
    ...{ id: "claims", everyMs, usualMs: 5_000, rests },
    once: async (signal) => {
      const timeoutMs = lookMs * slowness(lab());
      const found = ({
        id,
        service,
        machine,
        title,
        holds,
        expected,
        seen,
        look,
      }: ClaimResult): Of<"claim"> => ({
        ...{ event: "claim", id, service, machine, title, holds, expected, seen, look },
      });
      const verdict = await verifyLab(lab(), {
        ...{ timeoutMs, startingMs: 0, signal },
        onResult: (result) => hub.found(found(result)),
      });
      hub.foundAll("claim", verdict.results.map(found));
    },
  };
}
