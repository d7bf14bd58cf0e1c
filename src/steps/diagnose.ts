import { stripVTControlCharacters } from "node:util";
import { exitCodes, LabError } from "../errors.ts";
import { type Entry, effective } from "../lab/catalogue/container.ts";
import { run as runCommand } from "../tools/exec.ts";
import { ssh } from "../tools/ssh.ts";
import type { Run } from "./run.ts";

/** How many lines of a container's log a failure shows. */
const lines = 20;
const boundMs = 15_000;
/** ssh's own exit code for a machine that it did not reach; all others are those of `docker logs`. */
const notReached = 255;

/**
 * What the containers of failing services printed last: one detail for each container that tells.
 * Help for a failure that is known already, so that whatever goes wrong here is left out.
 */
export async function lastWords(run: Run, suspects: readonly Entry[]): Promise<readonly string[]> {
  const said = await Promise.all(suspects.map((entry) => lastWordsOf(run, entry)));
  return said.filter((detail) => detail !== undefined);
}

async function lastWordsOf(run: Run, entry: Entry): Promise<string | undefined> {
  const container = effective(entry).name;
  const command = ["sudo", "docker", "logs", "--tail", String(lines), container];
  try {
    const { exitCode, stdout, stderr } = await runCommand(
      ssh(run.folder.path, run.lab, entry.machine, command),
      { signal: run.signal, timeoutMs: boundMs, killAfterMs: 1000, accept: "any" },
    );
    const output = stripVTControlCharacters([stdout, stderr].filter((text) => text !== "").join("\n"));
    if (exitCode === notReached || output === "") return undefined;
    const last = output.split("\n").slice(-lines);
    return [`the last lines of container ${container} on ${entry.machine.name}:`, ...last].join("\n  ");
  } catch (error) {
    if (error instanceof LabError && error.exitCode !== exitCodes.interrupted) return undefined;
    throw error;
  }
}

/** The same failure with more facts. */
export function withDetails(error: LabError, more: readonly string[]): LabError {
  const { message, exitCode, remedy, details, cause } = error;
  return new LabError(message, { exitCode, remedy, details: [...details, ...more], cause });
}
