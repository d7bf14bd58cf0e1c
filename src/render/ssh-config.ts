import type { HostsLab, Machine, SshAccess } from "../lab/model.ts";

/** What the configuration has to know of the host keys. */
export interface Pins {
  /** The absolute path of the lab's own known hosts. */
  readonly file: string;
  /** The names whose keys are in it. */
  readonly names: ReadonlySet<string>;
}

/** What ssh, with the lab's configuration, is told to go to. */
export function sshDestination({ runs }: HostsLab, { name }: Machine): string {
  return runs.ssh[name]?.alias ?? name;
}

/**
 * The ssh configuration of a lab on hosts, for the tool, for Ansible and by hand: `ssh -F FILE MACHINE`.
 * A key is taken at the first contact and held to from then on. What is not said here is for the user's own
 * configuration to say, which is read last: the first value counts.
 */
export function sshConfig(lab: HostsLab, pins: Pins): string {
  const machines = lab.machines.map((machine) => {
    const access = lab.runs.ssh[machine.name] ?? {};
    const own = access.alias === undefined ? ["HostName", access.host ?? machine.ip] : [];
    return block(sshDestination(lab, machine), [own, ...settings(access), ...pinned(machine.name, pins)]);
  });
  const known = new Set(lab.machines.map((machine) => sshDestination(lab, machine)));
  const jumps = jumpHosts(lab).filter((host) => !known.has(host));
  return `${[
    `# Of mesos-lab, for the lab ${lab.name}: written anew by render and create.`,
    ...machines,
    ...jumps.map((host) => block(host, pinned(host, pins))),
    block([...known, ...jumps].join(" "), always),
    "Match all\n  Include ~/.ssh/config\n  Include /etc/ssh/ssh_config",
  ].join("\n\n")}\n`;
}

/** The hosts through which the lab file goes to others; each once. */
export function jumpHosts({ runs, machines }: HostsLab): readonly string[] {
  const jumps = machines.flatMap(({ name }) => runs.ssh[name]?.proxyJump ?? []);
  return [...new Set(jumps.map((jump) => jump.replace(/^.*@/, "").replace(/:\d+$/, "")))];
}

/** A keyword and its value; empty: nothing. */
type Setting = readonly string[];

function settings({ user, port, identityFile, proxyJump }: SshAccess): readonly Setting[] {
  return [
    user === undefined ? [] : ["User", user],
    port === undefined ? [] : ["Port", String(port)],
    // With many keys in an agent a server would give up before it is offered the right one.
    ...(identityFile === undefined
      ? []
      : [
          ["IdentityFile", path(identityFile)],
          ["IdentitiesOnly", "yes"],
        ]),
    proxyJump === undefined ? [] : ["ProxyJump", proxyJump],
  ];
}

/** `accept-new` would take a key of another kind from a host whose key is known. */
function pinned(name: string, { file, names }: Pins): readonly Setting[] {
  return [
    ["HostKeyAlias", name],
    ["UserKnownHostsFile", path(file)],
    ["StrictHostKeyChecking", names.has(name) ? "yes" : "accept-new"],
  ];
}

/** Nothing that the user's configuration does for people at a terminal. */
const always: readonly Setting[] = [
  ["HashKnownHosts", "no"],
  ["UpdateHostKeys", "no"],
  ["ConnectTimeout", "10"],
  ["ServerAliveInterval", "10"],
  ["ServerAliveCountMax", "6"],
  ["ForwardAgent", "no"],
  ["ForwardX11", "no"],
  ["ClearAllForwardings", "yes"],
  ["PermitLocalCommand", "no"],
  ["RemoteCommand", "none"],
  ["RequestTTY", "auto"],
  // A connection that is open already was let in by other known hosts.
  ["ControlMaster", "no"],
  ["ControlPath", "none"],
  ["LogLevel", "ERROR"],
];

function block(hosts: string, all: readonly Setting[]): string {
  const lines = all.filter(({ length }) => length > 0).map((setting) => `  ${setting.join(" ")}`);
  return [`Host ${hosts}`, ...lines].join("\n");
}

/** ssh takes a per cent sign for the beginning of something else. */
function path(file: string): string {
  return `"${file.replaceAll("%", "%%")}"`;
}
