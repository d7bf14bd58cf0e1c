import { exitCodes, LabError } from "../../errors.ts";
import { problemsOf } from "../../lab/finding.ts";
import type { Machine } from "../../lab/model.ts";
import { guestAnsible } from "../../lab/pins.ts";
import { installedAnsible } from "../../preflight/programs.ts";
import type { Command, RunOptions, RunResult } from "../../tools/exec.ts";

/** A machine, and ways to run something on it. */
export interface Guest {
  readonly machine: Machine;
  /** The command that runs a command there. */
  through(command: Command): Command;
  inside(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  say(text: string): void;
  readonly signal: AbortSignal;
}

/** Downloads, on a slow machine. */
const installMs = 1_800_000;

/**
 * Installs Ansible where it is missing or too old; returns whether it did.
 * @param script `guest/bootstrap.sh`
 * @throws LabError `tool` where it cannot be had.
 */
export async function prepareAnsible(guest: Guest, script: string): Promise<boolean> {
  const problems = async () => problemsOf(await installedAnsible(guest.signal, guest.through));
  guest.say("looking for Ansible");
  if ((await problems()).length === 0) return false;
  const install = ["sudo", "sh", "-s", guestAnsible.core.value, guestAnsible.collection.value];
  try {
    await guest.inside(install, { input: script, timeoutMs: installMs, onLine: guest.say });
  } catch (error) {
    if (!(error instanceof LabError) || error.exitCode !== exitCodes.tool) throw error;
    throw notHad(guest.machine, error.details, error);
  }
  const left = (await problems()).map(({ what }) => what);
  if (left.length > 0) throw notHad(guest.machine, left);
  return true;
}

function notHad({ name }: Machine, details: readonly string[], cause?: unknown): LabError {
  return new LabError(
    "ansible-not-installed",
    `Ansible could not be installed on ${name}, where the playbooks were to run`,
    {
      details,
      remedy: [
        "check that the machine reaches its package mirror, pypi.org and galaxy.ansible.com, or use a box with Ansible inside",
        "install Ansible on this host: npx mesos-lab doctor --fix",
      ],
      cause,
    },
  );
}
