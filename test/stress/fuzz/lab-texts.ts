import { stringify } from "yaml";
import type { LabFlags } from "../../../src/lab/flags.ts";
import { discoveryNames, serviceNames } from "../../../src/lab/model.ts";
import { damaged, type Random } from "./random.ts";

/** A lab file and flags: some of them of a lab, some nearly, some by no means. */
export function labText(random: Random): { readonly text: string; readonly flags: LabFlags } {
  const described = stringify(labFile(random), { version: random.one(["1.1", "1.2"]) });
  const text = random.chance(0.25) ? damaged(Buffer.from(described), random).toString("utf8") : described;
  return { text: random.chance(0.02) ? random.bytes(400).toString("utf8") : text, flags: flags(random) };
}

/** Mostly a good value, now and then any. */
function field<T>(random: Random, ...good: readonly T[]): unknown {
  if (!random.chance(0.015)) return random.one(good);
  return random.one([() => random.text(), () => anything(random, 0)])();
}

function anything(random: Random, depth: number): unknown {
  const simple = [
    () => random.text(),
    () => random.below(70_000) - 10,
    () => random.one([null, true, false, Number.NaN, Number.POSITIVE_INFINITY, 1e300, -0, 0.1]),
  ];
  if (depth > 3) return random.one(simple)();
  const nested = [
    () => Array.from({ length: random.below(4) }, () => anything(random, depth + 1)),
    () =>
      Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [random.text(), anything(random, depth + 1)]),
      ),
  ];
  return random.one([...simple, ...nested])();
}

/** Only some of the keys, by chance. */
function some(random: Random, share: number, all: Record<string, () => unknown>): Record<string, unknown> {
  const chosen = Object.entries(all).filter(() => random.chance(share));
  return Object.fromEntries(chosen.map(([key, make]) => [key, make()]));
}

const letters = [..."abcxyz019-"];
const name = (random: Random) =>
  `l${Array.from({ length: random.below(38) }, () => random.one(letters)).join("")}z`;
/** Of what a URL and a path may hold. */
const urlLetters = [..."abcXYZ019-._~:/?@!&'()*+,;=%[]{}|^<>äñ字😀 \u00a0\u2028"];
const urlEnd = (random: Random) =>
  `${Array.from({ length: random.below(30) }, () => random.one(urlLetters)).join("")}x`;

function labFile(random: Random): unknown {
  if (random.chance(0.01)) return anything(random, 0);
  const ip = () => `192.168.${random.below(256)}.${random.below(254) + 1}`;
  const ssh = () =>
    some(random, 0.5, {
      user: () => field(random, "admin", "A_b.c@d+e-f", "_"),
      port: () => field(random, 22, 65_535),
      identityFile: () => field(random, "~/.ssh/id", "/a b/{{ c }}#é", "/x", `/${urlEnd(random)}`),
      proxyJump: () => field(random, "me@bastion.example.org:2222", "b"),
    });
  const count = random.one([1, 2, 2, 2, 3, 4, 7]);
  const machines = Array.from({ length: count }, (_, i) => ({
    name: field(random, name(random), `m${i}`, "master", "yes", "null", "on", "true", "n"),
    ip: field(random, ip()),
    ...some(random, 0.4, {
      memory: () => field(random, 512, 1_024, 4_096, 1_048_576),
      cpus: () => field(random, 1, 2, 64),
      ssh: () => field(random, ssh(), { host: "lab-1.example.org", ...ssh() }, { alias: "pi-1" }),
    }),
    services: field(
      random,
      i === 0
        ? ["zookeeper", "mesos-master", "marathon", ...random.one([[], ["bamboo"], ["mesos-dns"]])]
        : ["mesos-slave"],
      ["mesos-slave", ...random.one([[], ["marathon-lb"], ["haproxy-marathon-bridge"]])],
      serviceNames.filter(() => random.chance(0.5)),
    ),
  }));
  // The last one has a slave for sure, so that many are labs.
  const whole =
    count === 1
      ? [
          {
            ...machines[0],
            services: field(random, ["zookeeper", "mesos-master", "marathon", "mesos-slave"]),
          },
        ]
      : machines;
  const all = {
    name: () => field(random, name(random), "mesos-lab", "yes", "null"),
    runsOn: () => field(random, "auto", "vagrant", "vagrant", "embedded", "hosts"),
    shared: () => field(random, true, false),
    stack: () => field(random, "classic", "rehearsal"),
    provider: () => field(random, "virtualbox", "libvirt", "vmware_desktop", "parallels"),
    emulation: () => field(random, true, false),
    bootTimeout: () => field(random, 60, 600, 86_400),
    box: () =>
      field(
        random,
        some(random, 0.6, {
          name: () => field(random, "bento/ubuntu-20.04", "a/b", `x${name(random)}`),
          version: () => field(random, "202407.23.0", "1", "1.0-beta.2"),
          url: () =>
            field(
              random,
              "https://example.org/lab.box",
              `https://${urlEnd(random)}`,
              `/${urlEnd(random)}`,
              `file:///${urlEnd(random)}`,
            ),
        }),
      ),
    machines: () => field(random, whole),
    ssh: () => field(random, ssh()),
    drills: () => field(random, { reboot: true }, {}),
    discovery: () =>
      field(
        random,
        ["bamboo"],
        discoveryNames.filter(() => random.chance(0.5)),
        ["mesos-dns", "mesos-dns"],
      ),
    registry: () => field(random, "http://cache.local:5000", `https://${urlEnd(random)}`),
    images: () =>
      field(
        random,
        some(random, 0.3, {
          from: () => field(random, "host", "machines"),
          marathon: () =>
            field(
              random,
              "mesosphere/marathon:v0.15.0",
              "a.b:1/c__d/e-f:g.H_1",
              `x@sha256:${"ab".repeat(32)}`,
            ),
          tomcat: () => field(random, "tomcat:8.0"),
          zookeeper: () => field(random, "zookeeper", "localhost:5000/zk:latest"),
        }),
      ),
    ports: () =>
      field(
        random,
        some(random, 0.3, {
          marathon: () => field(random, 8_080, 1, 65_535, random.below(66_000)),
          mesosMaster: () => field(random, 5_050, random.below(66_000)),
          bamboo: () => field(random, 8_000, 80),
        }),
      ),
  };
  const file = some(random, random.one([0.15, 0.3, 0.6]), all);
  return random.chance(0.02) ? { ...file, [random.text()]: anything(random, 0) } : file;
}

function flags(random: Random): LabFlags {
  const word = (...good: readonly string[]) => (random.chance(0.06) ? random.text() : random.one(good));
  return some(random, 0.06, {
    name: () => word("lab", "yes"),
    runsOn: () => word("auto", "vagrant", "embedded", "hosts"),
    stack: () => word("classic", "rehearsal"),
    provider: () => word("libvirt", "virtualbox"),
    box: () => word("bento/ubuntu-20.04"),
    boxVersion: () => word("1.2.3"),
    boxUrl: () => word("/srv/lab.box", `/${urlEnd(random)}`),
    memory: () => word("2048", "512", "0x10", "1e3"),
    cpus: () => word("2", "064"),
    masterIp: () => word("192.168.33.18", "10.0.0.1"),
    slaveIp: () => word("192.168.33.19"),
    registry: () => word("http://cache.local:5000"),
    imagesFrom: () => word("host", "machines"),
    shared: () => true,
    discovery: () => [word("bamboo", "mesos-dns"), word("marathon-lb")],
  });
}
