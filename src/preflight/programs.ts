import semver from "semver";
import { exitCodes, LabError } from "../errors.ts";
import { type Finding, lacking, ok, type PackageNeed } from "../lab/finding.ts";
import { utf8Locale } from "../tools/ansible.ts";
import { type Command, run } from "../tools/exec.ts";

/** Vagrant on a slow disk takes a while to tell its version. */
const versionMs = 60_000;

interface Requirement {
  readonly name: string;
  readonly command: Command;
  /** A semver range. */
  readonly needed: string;
  readonly install: string;
  readonly need?: PackageNeed;
}

const vagrant: Requirement = {
  name: "Vagrant",
  command: { file: "vagrant", args: ["--version"], env: { VAGRANT_CHECKPOINT_DISABLE: "1" } },
  needed: ">=2.2.19",
  install:
    "install it: `apt-get install vagrant`, `brew install vagrant`, or from developer.hashicorp.com/vagrant",
  need: "vagrant",
};

const ansible: Requirement = {
  name: "ansible-playbook",
  command: { file: "ansible-playbook", args: ["--version"], env: { LC_ALL: utf8Locale() } },
  needed: ">=2.11.0",
  install:
    "install Ansible: `apt-get install ansible`, `brew install ansible` or `pipx install --include-deps ansible`",
  need: "ansible",
};

const ssh: Requirement = {
  name: "ssh",
  command: { file: "ssh", args: ["-V"] },
  // accept-new, by which a machine's key is trusted once.
  needed: ">=7.6.0",
  install: "install OpenSSH's client: `apt-get install openssh-client`, `brew install openssh`",
  need: "ssh",
};

export function vagrantFinding(signal: AbortSignal): Promise<Finding> {
  return programFinding(vagrant, signal);
}

export function sshFinding(signal: AbortSignal): Promise<Finding> {
  return programFinding(ssh, signal);
}

/** Ansible and the collection that drives Docker. */
export async function ansibleFindings(
  signal: AbortSignal,
  platform: NodeJS.Platform = process.platform,
): Promise<readonly Finding[]> {
  if (platform === "win32")
    return [lacking("error", ansible.name, "Ansible does not run on Windows", "npx mesos-lab create")];
  return installedAnsible(signal, (command) => command);
}

/** The same of another computer: `through` makes a command run there. */
export async function installedAnsible(
  signal: AbortSignal,
  through: (command: Command) => Command,
): Promise<readonly Finding[]> {
  const [program, collection] = await Promise.all([
    programFinding({ ...ansible, command: through(ansible.command) }, signal),
    collectionFinding(signal, through),
  ]);
  return program.level === "error" ? [program] : [program, collection];
}

/** The versions of the programs that make a lab, as far as they tell one. */
export async function toolVersions(signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  const told = await Promise.all(
    [vagrant, ansible].map(async ({ name, command }) => {
      const version = semver.coerce(await outputOf(command, signal));
      return version === null ? [] : [[name, version.version] as const];
    }),
  );
  return Object.fromEntries(told.flat());
}

async function programFinding(requirement: Requirement, signal: AbortSignal): Promise<Finding> {
  const { name, command, needed, install, need } = requirement;
  const fault = (seen: string) => lacking("error", name, seen, install, need);
  let output: string;
  try {
    const { stdout, stderr } = await run(command, { signal, timeoutMs: versionMs });
    output = stdout || stderr;
  } catch (error) {
    if (!(error instanceof LabError) || error.exitCode === exitCodes.interrupted) throw error;
    if (error.exitCode === exitCodes.preflight) return fault(`${name} is not installed`);
    const said = error.details.at(-1);
    return lacking(
      "error",
      name,
      `${name} is installed and does not work: ${error.message}${said === undefined ? "" : ` (${said})`}`,
      `see for yourself: ${error.remedy.join(", ")}`,
    );
  }
  const version = semver.coerce(output);
  if (version === null) return fault(`${name} does not tell its version: "${output.trim()}"`);
  if (semver.satisfies(version, needed)) return ok(name, `${version}`);
  return fault(`${name} ${version} is too old, ${needed} is needed`);
}

const installCollection = "ansible-galaxy collection install community.docker";

/** `community.docker` comes with the package `ansible`, not with `ansible-core`. */
async function collectionFinding(
  signal: AbortSignal,
  through: (command: Command) => Command,
): Promise<Finding> {
  const command = {
    file: "ansible-galaxy",
    args: ["collection", "list", "community.docker"],
    env: { LC_ALL: utf8Locale() },
  };
  const output = await outputOf(through(command), signal);
  const subject = "community.docker";
  const version = semver.coerce(/^community\.docker\s+(\S+)/m.exec(output ?? "")?.[1]);
  if (version === null)
    return lacking(
      "error",
      subject,
      "Ansible has no collection community.docker",
      `install the package \`ansible\` (not only \`ansible-core\`), or: ${installCollection}`,
      "ansible",
    );
  if (version.major >= 3) return ok(subject, `${version}`);
  // Before 3.0 its modules needed Docker's SDK for Python in the machines.
  return lacking("error", subject, `${subject} ${version} is too old, >=3.0.0 is needed`, installCollection);
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
