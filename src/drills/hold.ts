import { setTimeout as delay } from "node:timers/promises";
import { LabError } from "../errors.ts";
import type { Bounds, Lasting } from "../machines/machines.ts";

export interface Holding {
  readonly target: string;
  readonly bounds: Bounds;
  /** What is done besides as soon as it is broken. */
  readonly begun?: (() => Promise<string | undefined>) | undefined;
}

/** Leaves something broken for so long; undoes it then, and after an interrupt; resolves with what `begun` has. */
export async function hold(
  { undo }: Lasting,
  ms: number,
  { target, bounds, begun }: Holding,
): Promise<string | undefined> {
  try {
    const [done] = await Promise.all([begun?.(), delay(ms, undefined, { signal: bounds.signal })]);
    return done;
  } finally {
    await undo().catch((cause: unknown) => {
      throw new LabError("break-not-undone", `${target} could not be put back`, {
        details: [
          cause instanceof Error ? cause.message : String(cause),
          `the lab itself does so within ${Math.ceil(bounds.boundMs / 1000)} s of the break`,
        ],
        remedy: ["npx mesos-lab verify --timeout 180"],
        cause,
      });
    });
  }
}
