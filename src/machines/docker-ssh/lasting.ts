import type { Machine } from "../../lab/model.ts";
import { template } from "../../render/files.ts";
import { readTemplates } from "../../tools/files.ts";
import type { Bounds, Lasting } from "../machines.ts";
import type { RunOn } from "./fleet.ts";

/** A machine under software emulation needs seconds for each of these. */
const timeoutMs = 120_000;
/** Where the machine keeps the way back: it forgets both at a boot. */
const place = "/run/mesos-lab-drill.sh";

/** What a machine does to itself, as `templates/machines/lasting.sh` knows it, and to what. */
export type LastingBreak =
  | readonly [kind: "pause", container: string]
  | readonly [kind: "cut", ...addresses: string[]];

/** Breaks something until it is undone; the machine itself undoes it after the bound. */
export async function lasting(
  runOn: RunOn,
  machine: Machine,
  what: LastingBreak,
  { boundMs, signal }: Bounds,
): Promise<Lasting> {
  const program = template(readTemplates(), "machines/lasting.sh");
  const write = ["sudo", "sh", "-c", 'cat >"$0" && exec sh "$0" "$@"', place];
  const begin = [...write, "begin", String(Math.ceil(boundMs / 1000)), ...what];
  try {
    await runOn(machine, begin, { signal, input: program, timeoutMs, killAfterMs: 1_000 });
  } catch (error) {
    // The machine may have come further than its answer.
    await undoLasting(runOn, machine).catch(() => undefined);
    throw error;
  }
  return { undo: () => undoLasting(runOn, machine) };
}

/** Undoes what a drill has left broken on a machine; nothing where there is nothing. */
export async function undoLasting(runOn: RunOn, machine: Machine): Promise<void> {
  const undo = ["sudo", "sh", "-c", 'test ! -e "$0" || exec sh "$0" undo', place];
  await runOn(machine, undo, { timeoutMs });
}
