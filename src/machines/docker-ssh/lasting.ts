import { LabError } from "../../errors.ts";
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
  | readonly [kind: "cut", ...addresses: string[]]
  | readonly [kind: "full", container: string, folder: string]
  | readonly [kind: "slow", ...addresses: string[]];

/** What the script ends with after the sentence that says why it cannot break it. */
const cannot = 69;

/**
 * Breaks something until it is undone; the machine itself undoes it after the bound.
 * @throws LabError `preflight` where the machine lacks what that takes; then nothing is broken.
 */
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
    const accept = [0, cannot];
    const said = await runOn(machine, begin, {
      signal,
      input: program,
      timeoutMs,
      killAfterMs: 1_000,
      accept,
    });
    if (said.exitCode === cannot) throw impossible(machine, said.stderr);
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

function impossible(machine: Machine, said: string): LabError {
  const why = said.trim().split("\n").at(-1) ?? "";
  return new LabError("drill-not-possible", `${machine.name} cannot be broken like that: ${why}`, {
    details: ["nothing was broken"],
    remedy: ["npx mesos-lab drill freeze-slave"],
  });
}
