import { exitCodes, LabError } from "../errors.ts";
import { type Command, run } from "../tools/exec.ts";
import type { Problem } from "./problem.ts";

/** Vagrant on a slow disk takes a while to tell its version. */
const versionMs = 60_000;

interface Requirement {
  readonly name: string;
  readonly command: Command;
  /** A semver range. */
  readonly needed: string;
  readonly install: string;
}

const vagrant: Requirement = {
  name: "Vagrant",
  command: { file: "vagrant", args: ["--version"], env: { VAGRANT_CHECKPOINT_DISABLE: "1" } },
  needed: ">=2.2.19",
  install:
    "install it: `apt-get install vagrant`, `brew install vagrant`, or from developer.hashicorp.com/vagrant",
};

const ansible: Requirement = {
  name: "ansible-playbook",
  command: { file: "ansible-playbook", args: ["--version"], env: { LC_ALL: "C.UTF-8" } },
  needed: ">=2.11.0",
  install:
    "install Ansible: `apt-get install ansible`, `brew install ansible` or `pipx install --include-deps ansible`",
};

/** What is missing or too old of the programs that make and set up machines. */
export async function programProblems(signal: AbortSignal): Promise<readonly Problem[]> {
  const [problem, others] = await Promise.all([problemWith(vagrant, signal), ansibleProblems(signal)]);
  return [...(problem ? [problem] : []), ...others];
}

/** What is missing or too old of Ansible. */
export async function ansibleProblems(signal: AbortSignal): Promise<readonly Problem[]> {
  const [problem, collections] = await Promise.all([
    problemWith(ansible, signal),
    collectionProblems(signal),
  ]);
  return problem ? [problem] : collections;
}

async function problemWith(requirement: Requirement, signal: AbortSignal): Promise<Problem | undefined> {
  const { name, command, needed, install } = requirement;
  let output: string;
  try {
    const { stdout, stderr } = await run(command, { signal, timeoutMs: versionMs });
    output = stdout || stderr;
  } catch (error) {
    if (!(error instanceof LabError) || error.exitCode === exitCodes.interrupted) throw error;
    if (error.exitCode === exitCodes.preflight) return { what: `${name} is not installed`, remedy: install };
    const said = error.details.at(-1);
    return {
      what: `${name} is installed and does not work: ${error.message}${said === undefined ? "" : ` (${said})`}`,
      remedy: `see for yourself: ${error.remedy.join(", ")}`,
    };
  }
  const { default: semver } = await import("semver");
  const version = semver.coerce(output);
  if (version === null)
    return { what: `${name} does not tell its version: "${output.trim()}"`, remedy: install };
  if (semver.satisfies(version, needed)) return undefined;
  return { what: `${name} ${version} is too old, ${needed} is needed`, remedy: install };
}

/** `community.docker` comes with the package `ansible`, not with `ansible-core`. */
async function collectionProblems(signal: AbortSignal): Promise<readonly Problem[]> {
  const command = {
    file: "ansible-galaxy",
    args: ["collection", "list", "community.docker"],
    env: { LC_ALL: "C.UTF-8" },
  };
  const output = await outputOf(command, signal);
  if (output?.includes("community.docker")) return [];
  return [
    {
      what: "Ansible has no collection community.docker",
      remedy:
        "install the package `ansible` (not only `ansible-core`), or: ansible-galaxy collection install community.docker",
    },
  ];
}

/** What a program prints, or undefined where it is missing or fails. */
export async function outputOf(command: Command, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(command, { signal, timeoutMs: versionMs });
    return stdout || stderr;
  } catch (error) {
    if (error instanceof LabError && error.exitCode !== exitCodes.interrupted) return undefined;
    throw error;
  }
}
