import { LabError } from "../errors.ts";
import type { Finding } from "../lab/finding.ts";
import { installCommands, type PackageManager, runsItself } from "../preflight/install.ts";
import { type Command, pretty, run, runInteractive } from "../tools/exec.ts";
import { isInstalled } from "../tools/host.ts";
import { ask, canAsk } from "../ui/ask.ts";

export interface InstallOptions {
  /** Do not ask. */
  readonly yes: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
}

const managers: readonly PackageManager[] = ["apt-get", "dnf", "brew", "choco", "winget"];

/**
 * Shows what this host's package manager can install against the findings, asks, and runs it; returns whether it did.
 * @throws LabError `usage` where nobody can be asked and `--yes` is not given, `tool` where an installation fails.
 */
export async function installMissing(
  findings: readonly Finding[],
  options: InstallOptions,
): Promise<boolean> {
  const { json, signal, note } = options;
  const needs = findings.flatMap(({ level, need }) => (level === "ok" || need === undefined ? [] : [need]));
  const manager = managers.find(isInstalled);
  const commands = manager === undefined ? [] : installCommands(needs, manager, process.getuid?.() === 0);
  if (manager === undefined || commands.length === 0) {
    note("there is nothing here that a package manager could install; the report says what else helps");
    return false;
  }
  note(["", ...commands.map(pretty)].join("\n"));
  if (!runsItself(manager)) {
    note("run this in a window with an administrator's rights");
    return false;
  }
  const answer = await ask(`Run ${commands.length === 1 ? "this" : "these"}?`, options);
  if (answer === "unasked")
    throw new LabError(
      "not-confirmed",
      "nothing was installed: there is no terminal to ask at, and no --yes",
      {
        remedy: [...commands.map(pretty), "npx mesos-lab doctor --fix --yes"],
      },
    );
  if (answer === "no") {
    note("nothing was installed");
    return false;
  }
  for (const command of commands) await carryOut(command, canAsk() && !json, signal);
  return true;
}

/** On a terminal the program gets it: `sudo` may ask for a password. */
async function carryOut(command: Command, terminal: boolean, signal: AbortSignal): Promise<void> {
  if (!terminal) {
    await run(command, { signal });
    return;
  }
  const exitCode = await runInteractive(command);
  if (exitCode !== 0)
    throw new LabError("install-failed", `${command.file} failed with exit code ${exitCode}`, {
      remedy: [pretty(command)],
    });
}
