import { describe, expect, test } from "vitest";
import type { Machine } from "../../../../src/lab/model.ts";
import { twice } from "../../../../src/machines/hosts/examine.ts";
import type { HostFacts } from "../../../../src/machines/hosts/facts.ts";
import { judgeHost } from "../../../../src/machines/hosts/judge.ts";
import { stateOf } from "../../../../src/machines/hosts/state.ts";
import { hostsLab } from "../../../helpers/described-labs.ts";

const lab = hostsLab(`
machines:
  - { name: m1, ip: 10.0.5.11, services: [zookeeper, mesos-master, marathon, bamboo] }
  - { name: s1, ip: 10.0.5.21, services: [mesos-slave, haproxy-marathon-bridge] }
discovery: [bamboo, haproxy-marathon-bridge]
`);
const [m1, s1] = lab.machines as [Machine, Machine];
const cargo = { mark: "own", archive: { mebibytes: 500, architecture: "amd64" } };
const plenty = { mebibytes: 50_000, device: 1 };

/** A host that has nothing in the way. */
function facts({ ip }: Machine, other: Partial<HostFacts> = {}): HostFacts {
  return {
    sudo: "yes",
    user: "admin",
    machine_id: "1",
    boot_id: "2",
    system: "Debian GNU/Linux 12 (bookworm)",
    systemd: true,
    apt: true,
    requests: true,
    architecture: "x86_64",
    memory: { total: 8000, available: 7000 },
    free: { "/var/tmp": plenty, "/var/lib/docker": plenty },
    docker: { path: "/usr/bin/docker", version: "20.10.24" },
    images: [],
    volumes: [],
    containers: {},
    paths: [],
    programs: [],
    note: null,
    unreached: [],
    machine: { hostname: "host", hostname_resolves: true, addresses: [ip], taken: [] },
    ...other,
  };
}

const note = {
  lab: "lessons",
  id: "other",
  by: "eve@desk:/labs",
  made: "2026-01-02T03:04:05Z",
  containers: [],
};
const faultsOf = (machine: Machine, other: Partial<HostFacts>, of = cargo) =>
  judgeHost(lab, machine, facts(machine, other), of).filter(({ level }) => level === "error");

test("a host with nothing in the way is described", () => {
  expect(judgeHost(lab, m1, facts(m1), cargo)).toEqual([
    {
      level: "ok",
      subject: "m1",
      seen: "Debian GNU/Linux 12 (bookworm), x86_64, 8000 MiB of memory, Docker 20.10.24",
    },
  ]);
});

test.each<[string, Partial<HostFacts>, string]>([
  ["another lab", { note }, 'm1 is used by lab "lessons" since 2026-01-02T03:04:05Z (eve@desk:/labs)'],
  ["a damaged note", { note: false }, "m1 has a note of a lab that cannot be read"],
  [
    "sudo that asks",
    { sudo: "asks" },
    "m1 asks for a password when admin uses sudo, and there is no way to type it here",
  ],
  ["no sudo", { sudo: "missing" }, "m1 has no sudo"],
  ["no systemd", { systemd: false }, "m1 does not run systemd, which has to start Docker at boot"],
  [
    "no Docker and no apt",
    { apt: false, docker: null },
    "m1 lacks Docker, and has no apt by which the lab could install that",
  ],
  [
    "another processor",
    { architecture: "aarch64" },
    "m1 has a processor of the kind arm64, and the lab's images are made for amd64",
  ],
  ["Podman", { docker: { path: "/usr/bin/docker", podman: true } }, "m1 has Podman under Docker's name"],
  [
    "a Docker elsewhere",
    { docker: { path: "/snap/bin/docker", version: "24" } },
    "m1 has Docker's client at /snap/bin/docker, and the slave's container expects it at /usr/bin/docker",
  ],
  [
    "a Docker that is silent",
    { docker: { path: "/usr/bin/docker", fault: "no socket" } },
    "m1 has a Docker that does not answer: no socket",
  ],
  ["no facts of the machine", { machine: null }, "m1 does not tell its addresses and ports"],
  ["little memory", { memory: { total: 8000, available: 300 } }, "m1 has 300 MiB of memory to spare"],
  [
    "a full disk",
    { free: { "/var/tmp": plenty, "/var/lib/docker": { mebibytes: 900, device: 2 } } },
    "m1 has 900 MiB of disk left at /var/lib/docker, and the lab needs 1200",
  ],
  [
    "a full disk of one file system",
    { free: { "/var/tmp": { mebibytes: 900, device: 1 }, "/var/lib/docker": { mebibytes: 900, device: 1 } } },
    "m1 has 900 MiB of disk left at /var/lib/docker, and the lab needs 1700",
  ],
  [
    "somebody's container",
    { containers: { zk: { image: "x", state: "exited" } } },
    "m1 has a container zk already, which is not this lab's",
  ],
  ["somebody's volume", { volumes: ["zk-data"] }, "m1 has a volume zk-data already, which is not this lab's"],
  [
    "no way to another",
    { unreached: [{ name: "s1", address: "10.0.5.21", port: 5051 }] },
    "m1 gets no answer from s1 (10.0.5.21 port 5051)",
  ],
])("%s is one fault", (_, other, words) => {
  const faults = faultsOf(m1, other);
  expect(faults.map(({ seen }) => seen)).toEqual([expect.stringContaining(words)]);
  for (const { remedy } of faults) expect(remedy).toMatch(/\w/);
});

test("all of a host's faults are told, and another lab's host is not judged any further", () => {
  const bad = { sudo: "asks", architecture: "armv7l", apt: false, docker: null } as const;
  expect(faultsOf(m1, bad)).toHaveLength(3);
  expect(faultsOf(m1, { ...bad, note })).toHaveLength(1);
});

test("addresses, names and ports are told apart", () => {
  const machine = {
    hostname: "x",
    hostname_resolves: false,
    addresses: ["10.9.9.9"],
    taken: ["2181 by java"],
  };
  expect(faultsOf(m1, { machine }).map(({ seen }) => seen)).toEqual([
    "m1 has no network interface with the address 10.0.5.11: it has 10.9.9.9",
    "m1 cannot resolve its own name x, by which Mesos looks its address up",
    "m1 has a port that is not free: 2181 by java",
  ]);
});

test("an owner's HAProxy is in the way of the bridge alone", () => {
  expect(faultsOf(m1, { programs: ["/usr/sbin/haproxy"] })).toEqual([]);
  expect(faultsOf(s1, { programs: ["/usr/sbin/haproxy"] }).map(({ seen }) => seen)).toEqual([
    "s1 has HAProxy, whose configuration the bridge would write already, which is not this lab's",
  ]);
});

describe("a host of this lab", () => {
  const own = { note: { ...note, id: "own" } };

  test("may have the lab's containers, and its memory in use", () => {
    const containers = { zk: { image: "x", state: "running" } };
    expect(faultsOf(m1, { ...own, containers, memory: { total: 8000, available: 100 } })).toEqual([]);
  });

  test.each([
    [{}, "not set up"],
    [{ zk: "running", mm: "running", ma: "running", bam: "running" }, "running"],
    [{ zk: "running", mm: "exited", ma: "running", bam: "running" }, "3 of 4 containers run"],
    [{ zk: "exited", mm: "exited", ma: "exited", bam: "exited" }, "halted"],
  ])("with %j is %s", (states, words) => {
    const containers = Object.fromEntries(
      Object.entries(states).map(([name, state]) => [name, { image: "x", state }]),
    );
    expect(stateOf(lab, { machine: m1, facts: facts(m1, { ...own, containers }) }, "own")).toBe(words);
  });

  test("is told from another's and from nobody's", () => {
    expect(stateOf(lab, { machine: m1, facts: facts(m1) }, "own")).toBe("not the lab's yet");
    expect(stateOf(lab, { machine: m1, facts: facts(m1, { note }) }, "own")).toBe("another lab's: lessons");
  });
});

test.each<[string, Partial<HostFacts>, number]>([
  ["one system, booted once, by two names", {}, 1],
  ["a copy of a machine, which boots for itself", { boot_id: "3" }, 0],
  ["two containers of one kernel", { machine_id: "4" }, 0],
  ["hosts that do not tell", { machine_id: null, boot_id: null }, 0],
])("%s: the same host or another", (_, other, faults) => {
  const first = other.machine_id === null ? other : {};
  const sights = [
    { machine: m1, facts: facts(m1, first) },
    { machine: s1, facts: facts(s1, other) },
  ];
  const found = twice(sights);
  expect(found).toHaveLength(faults);
  for (const { seen } of found) expect(seen).toBe("s1 is the same host as m1");
});
