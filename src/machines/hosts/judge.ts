import { type Finding, lacking, ok } from "../../lab/finding.ts";
import { memoryNeed } from "../../lab/machine-needs.ts";
import type { HostsLab, Machine } from "../../lab/model.ts";
import { clean } from "../../untrusted.ts";
import { broughtTo } from "../docker-ssh/brings.ts";
import type { HostFacts } from "./facts.ts";

/** What a lab is about to bring. */
export interface Cargo {
  /** Of the archive of its images; undefined where there is none yet. */
  readonly archive?: { readonly mebibytes: number; readonly architecture: string | undefined } | undefined;
  /** The lab's own mark, by which it knows its notes. */
  readonly mark: string | undefined;
}

/** Everything about a host that keeps the lab from it, and what it is. */
export function judgeHost(
  lab: HostsLab,
  machine: Machine,
  facts: HostFacts,
  cargo: Cargo,
): readonly Finding[] {
  const host = { lab, machine, facts, cargo };
  const others = otherLab(host);
  // What a lab of somebody else's has there is no fault of the host's.
  const faults = others.length > 0 ? others : checks.flatMap((check) => check(host));
  return faults.some(({ level }) => level === "error") ? faults : [described(host), ...faults];
}

interface Host {
  readonly lab: HostsLab;
  readonly machine: Machine;
  readonly facts: HostFacts;
  readonly cargo: Cargo;
}

type Check = (host: Host) => readonly Finding[];

/** Whether the lab has this host already. */
export function isTaken({ note }: HostFacts, mark: string | undefined): boolean {
  return note !== null && note !== false && note.id === mark;
}

function described({ machine, facts }: Host): Finding {
  const { system, architecture, memory, docker } = facts;
  const parts = [
    clean(system ?? "an unknown system"),
    architecture,
    `${memory.total ?? "?"} MiB of memory`,
    docker === null ? "no Docker yet" : `Docker ${clean(docker.version ?? "?")}`,
  ];
  return ok(machine.name, parts.join(", "));
}

const otherLab: Check = ({ machine, facts: { note }, cargo }) => {
  if (note === null || (note !== false && note.id === cargo.mark)) return [];
  if (note === false)
    return fault(
      machine,
      "has a note of a lab that cannot be read",
      "see there: /var/lib/mesos-lab/lab.json",
    );
  return fault(
    machine,
    `is used by lab "${clean(note.lab)}" since ${clean(note.made)} (${clean(note.by)})`,
    `there: npx mesos-lab destroy; if that place is gone, on ${machine.name}: sudo python3 /var/lib/mesos-lab/remove.py`,
  );
};

const sudo: Check = ({ machine, facts }) => {
  if (facts.sudo === "yes") return [];
  const user = facts.user === null ? "the login user" : clean(facts.user);
  if (facts.sudo === "missing")
    return fault(machine, "has no sudo", "install it there: apt-get install sudo");
  return fault(
    machine,
    `asks for a password when ${user} uses sudo, and there is no way to type it here`,
    `on ${machine.name}, with visudo: ${user} ALL=(ALL) NOPASSWD: ALL`,
  );
};

/** By the names that the kernel gives processors, and those that images go by. */
const architectures: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  aarch64: "arm64",
  armv7l: "arm",
  armv6l: "arm",
  i686: "386",
  i386: "386",
};

const architecture: Check = ({ machine, facts, cargo }) => {
  const own = architectures[facts.architecture] ?? facts.architecture;
  const images = cargo.archive?.architecture;
  if (images === undefined || own === images) return [];
  return fault(
    machine,
    `has a processor of the kind ${own}, and the lab's images are made for ${images}`,
    `leave it out, or take one of the kind ${images}: images are made for the kind of computer that makes them`,
  );
};

const system: Check = ({ machine, facts }) => {
  if (!facts.systemd)
    return fault(machine, "does not run systemd, which has to start Docker at boot", "take another host");
  const wanted = [
    ...(facts.docker === null ? ["Docker"] : []),
    ...(facts.requests ? [] : ["python3-requests"]),
  ];
  if (facts.apt || wanted.length === 0) return [];
  return fault(
    machine,
    `lacks ${wanted.join(" and ")}, and has no apt by which the lab could install that`,
    `install it there: ${wanted.join(", ")}`,
  );
};

const docker: Check = ({ machine, facts: { docker: found, sudo: may } }) => {
  if (found === null || may !== "yes") return [];
  if (found.podman)
    return fault(machine, "has Podman under Docker's name", "install Docker there, or take another");
  if (found.path !== "/usr/bin/docker")
    return fault(
      machine,
      `has Docker's client at ${clean(found.path)}, and the slave's container expects it at /usr/bin/docker`,
      "install Docker from the system's or Docker's own packages there",
    );
  if (found.fault === undefined) return [];
  return fault(
    machine,
    `has a Docker that does not answer: ${clean(found.fault)}`,
    `on ${machine.name}: sudo systemctl enable --now docker`,
  );
};

const machineFacts: Check = ({ machine, facts }) => {
  const { machine: found } = facts;
  if (found === null) return fault(machine, "does not tell its addresses and ports", "take another host");
  const { addresses, hostname, hostname_resolves, taken } = found;
  return [
    ...(addresses.includes(machine.ip)
      ? []
      : fault(
          machine,
          `has no network interface with the address ${machine.ip}: it has ${clean(addresses.join(", "))}`,
          "correct its ip in the lab file",
        )),
    ...(hostname_resolves
      ? []
      : fault(
          machine,
          `cannot resolve its own name ${clean(hostname)}, by which Mesos looks its address up`,
          `add a line to its /etc/hosts: 127.0.1.1 ${clean(hostname)}`,
        )),
    // Without root's eyes it is not known who has a port.
    ...(facts.sudo === "yes" ? taken : []).flatMap((text) =>
      fault(
        machine,
        `has a port that is not free: ${clean(text)}`,
        "stop that, or set another under `ports:`",
      ),
    ),
  ];
};

const memory: Check = ({ lab, machine, facts, cargo }) => {
  const { total, available } = facts.memory;
  const needed = memoryNeed(lab, machine);
  // What the lab itself uses there is not missing.
  const usable = isTaken(facts, cargo.mark) ? total : available;
  if (usable === null || usable >= needed) return [];
  return fault(
    machine,
    `has ${usable} MiB of memory to spare, and what runs on it needs ${needed}`,
    "end something there, or move services to other machines in the lab file",
  );
};

/** What is left of a disk when all is there. */
const roomToBreathe = 200;

const disk: Check = ({ lab, machine, facts, cargo }) => {
  const missing = broughtTo(lab, machine).images.some((image) => !facts.images.includes(image));
  const archive = missing ? (cargo.archive?.mebibytes ?? 0) : 0;
  const { "/var/tmp": temporary, "/var/lib/docker": store } = facts.free;
  // The archive, and twice as much while Docker unpacks it.
  const needs =
    temporary.device === store.device
      ? [{ path: "/var/lib/docker", free: store, needed: 3 * archive }]
      : [
          { path: "/var/tmp", free: temporary, needed: archive },
          { path: "/var/lib/docker", free: store, needed: 2 * archive },
        ];
  return needs
    .filter(({ free, needed }) => free.mebibytes < needed + roomToBreathe)
    .flatMap(({ path, free, needed }) =>
      fault(
        machine,
        `has ${free.mebibytes} MiB of disk left at ${path}, and the lab needs ${needed + roomToBreathe}`,
        `make room there: sudo du -xh --max-depth 2 / | sort -h | tail`,
      ),
    );
};

/** What is in the way because it has a name that the lab would use, and is somebody else's. */
const names: Check = ({ lab, machine, facts, cargo }) => {
  if (isTaken(facts, cargo.mark)) return [];
  const brought = broughtTo(lab, machine);
  const inTheWay = [
    ...brought.containers.filter((name) => name in facts.containers).map((name) => `a container ${name}`),
    ...facts.volumes.map((name) => `a volume ${name}`),
    ...facts.paths.filter((path) => path.startsWith("/etc/") || path.startsWith("/usr/")),
    ...(brought.units.length > 0 && facts.programs.includes("/usr/sbin/haproxy")
      ? ["HAProxy, whose configuration the bridge would write"]
      : []),
  ];
  return inTheWay.flatMap((what) =>
    fault(
      machine,
      `has ${what} already, which is not this lab's`,
      "remove or rename it there, or take another host",
    ),
  );
};

const network: Check = ({ machine, facts: { unreached } }) => {
  if (unreached.length === 0) return [];
  const whom = unreached.map(({ name, address, port }) => `${name} (${address} port ${port})`).join(", ");
  return fault(
    machine,
    `gets no answer from ${clean(whom)}`,
    "let the lab's machines reach each other at their ip: a firewall may drop what they send, or the ip is wrong",
  );
};

const checks: readonly Check[] = [
  sudo,
  system,
  architecture,
  docker,
  machineFacts,
  memory,
  disk,
  names,
  network,
];

/** A sentence that begins with the host. */
function fault({ name }: Machine, seen: string, remedy: string): readonly Finding[] {
  return [lacking("error", name, `${name} ${seen}`, remedy)];
}
