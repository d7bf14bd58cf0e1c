import { LabError } from "../../errors.ts";
import type { Machine } from "../../lab/model.ts";
import { template } from "../../render/files.ts";
import { readTemplates } from "../../tools/files.ts";
import { clean } from "../../untrusted.ts";
import type { RunOn } from "../docker-ssh/fleet.ts";

/** Docker takes its time to end and remove things on a small machine. */
const programMs = 600_000;

/**
 * Runs one of the programs in `templates/hosts` as root on a host.
 * @returns what it prints, read as JSON.
 * @throws LabError `tool` with its complaint.
 */
export async function runProgram(
  on: RunOn,
  machine: Machine,
  name: "take" | "remove",
  args: readonly string[],
  signal: AbortSignal,
): Promise<unknown> {
  const program = template(readTemplates(), `hosts/${name}.py`);
  const argv = ["sudo", "-n", "/usr/bin/python3", "-", ...args];
  const { stdout } = await on(machine, argv, { signal, input: program, timeoutMs: programMs });
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    throw new LabError("hosts-failed", `${machine.name} answered with something else than was asked for`, {
      details: [clean(stdout || "nothing")],
      cause,
    });
  }
}
