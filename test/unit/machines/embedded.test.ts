import { describe, expect, test } from "vitest";
import type { Lab } from "../../../src/lab/model.ts";
import { parseLab } from "../../../src/lab/parse.ts";
import { type Bindable, movedPorts, settleAddresses } from "../../../src/machines/embedded-addresses.ts";
import { embeddedPlan } from "../../../src/machines/embedded-plan.ts";
import { peersFault } from "../../../src/machines/embedded-zookeeper.ts";

const tutorial = parseLab(undefined, { machines: "embedded" });
const host = (answer: (ip: string, port: number) => Bindable) => async (ip: string, port: number) =>
  answer(ip, port);

/** A lab of one master and as many slaves. */
function wide(slaves: number): Lab {
  const machines = Array.from(
    { length: slaves },
    (_, index) => `  - {name: s-${index}, ip: 127.0.33.${index + 100}, services: [mesos-slave]}`,
  );
  const master = "  - {name: m, ip: 127.0.33.18, services: [zookeeper, mesos-master, marathon]}";
  return parseLab({ text: `machines:\n${master}\n${machines.join("\n")}\n`, file: "f" }, {});
}

describe("addresses", () => {
  test("those of machines become those of loopback, with the tutorial's ports where they are free", async () => {
    const lab = await settleAddresses(
      tutorial,
      host(() => "free"),
    );
    expect(lab.machines.map(({ ip, ports }) => [ip, ports])).toEqual([
      ["127.0.33.18", undefined],
      ["127.0.33.19", undefined],
    ]);
    expect(movedPorts(lab)).toEqual([]);
  });

  test("a port that is taken or not allowed gives way to the next free one", async () => {
    const lab = await settleAddresses(
      tutorial,
      host((ip, port) => {
        if (port === 80) return "not-allowed";
        return ip.endsWith(".18") && (port === 8080 || port === 8081) ? "taken" : "free";
      }),
    );
    expect(movedPorts(lab)).toEqual([
      "master: marathon 8082 instead of 8080",
      "master: haproxy 8083 instead of 80",
    ]);
  });

  test("with 127.0.0.1 only, all machines are there and no two services share a port", async () => {
    const lab = await settleAddresses(
      wide(3),
      host((ip) => (ip === "127.0.0.1" ? "free" : "no-address")),
    );
    expect(new Set(lab.machines.map(({ ip }) => ip))).toEqual(new Set(["127.0.0.1"]));
    expect(lab.machines.slice(1).map(({ ports }) => ports?.mesosSlave ?? lab.ports.mesosSlave)).toEqual([
      5051, 5052, 5053,
    ]);
  });
});

describe("the plan", () => {
  test("one process for each container, with the container's own settings and loopback's addresses", async () => {
    const lab = await settleAddresses(
      tutorial,
      host(() => "free"),
    );
    const plan = embeddedPlan(lab, "/x", "haproxy");
    expect(plan.services.map(({ id }) => id)).toEqual([
      "mesos-master@master",
      "mesos-slave@slave",
      "marathon@master",
      "bamboo@master",
    ]);
    const [master, , marathon, bamboo] = plan.services.map(({ instances }) => instances[0]);
    expect(master?.env).toMatchObject({ MESOS_IP: "127.0.33.18", MESOS_ZK: "zk://127.0.33.18:2181/mesos" });
    expect(marathon?.args).toEqual(expect.arrayContaining(["--http_address", "127.0.33.18"]));
    expect(bamboo?.env).toMatchObject({ BIND: "127.0.33.18:8000", MESOS_LAB_PROXY_BIND: "127.0.33.18:80" });
  });

  test("the host's ZooKeeper listens where its clients look for it, with its data below the lab's folder", async () => {
    const lab = await settleAddresses(
      { ...tutorial, embedded: { zookeeper: "host" } },
      host((_, port) => (port === 2181 ? "taken" : "free")),
    );
    expect(movedPorts(lab)).toEqual(["master: zookeeper 2182 instead of 2181"]);
    const plan = embeddedPlan(lab, "/x", "haproxy");
    const [server] = plan.programs;
    expect(plan.zookeeper).toBe("host");
    expect(server).toMatchObject({ id: "zookeeper@master", address: { host: "127.0.33.18", port: 2182 } });
    const config = server?.files["/x/master/zookeeper/zoo.cfg"];
    expect(config).toContain("dataDir=/x/master/zookeeper\nclientPort=2182\nclientPortAddress=127.0.33.18\n");
    expect(config).not.toContain("server.1");
    expect(plan.services[0]?.instances[0]?.env.MESOS_ZK).toBe("zk://127.0.33.18:2182/mesos");
  });

  test("several ZooKeepers are an ensemble, at addresses and ports that are free", async () => {
    const three = ["a", "b", "c"].map(
      (name, index) =>
        `  - {name: ${name}, ip: 127.0.33.${index + 18}, services: [zookeeper, mesos-master, marathon, mesos-slave]}`,
    );
    const described = parseLab({ text: `machines:\n${three.join("\n")}\n`, file: "f" }, {});
    const free = host(() => "free");
    const lab = await settleAddresses({ ...described, embedded: { zookeeper: "host" } }, free);
    const { programs } = embeddedPlan(lab, "/x", "haproxy");
    expect(programs.map(({ id }) => id)).toEqual(["zookeeper@a", "zookeeper@b", "zookeeper@c"]);
    expect(programs[1]?.files["/x/b/zookeeper/myid"]).toBe("2\n");
    expect(programs[1]?.files["/x/b/zookeeper/zoo.cfg"]).toContain("server.3=127.0.33.20:2888:3888\n");
    expect(await peersFault(lab, free)).toBeUndefined();
    const taken = host((ip, port) => (ip === "127.0.33.19" && port === 3888 ? "taken" : "free"));
    expect(await peersFault(lab, taken)).toContain("127.0.33.19:3888, which is taken");
    const one = host((ip) => (ip === "127.0.0.1" ? "free" : "no-address"));
    expect(await peersFault(await settleAddresses(lab, one), one)).toContain("an address each");
  });

  test.each([
    [1, 1, [[31_000, 32_000]]],
    [
      4,
      4,
      [
        [31_000, 31_999],
        [30_000, 30_999],
      ],
    ],
    [
      100,
      1,
      [
        [31_000, 31_119],
        [30_880, 30_999],
      ],
    ],
  ])("%i slaves: %i processes, and ports that no two agents share", (slaves, processes, firstRanges) => {
    const agents = embeddedPlan(wide(slaves), "/x", "built-in").services.filter(
      ({ service }) => service === "mesos-agent",
    );
    expect(agents).toHaveLength(processes);
    const ranges = agents
      .flatMap(({ instances }) => instances)
      .map(
        ({ env }) =>
          /ports:\[(\d+)-(\d+)\]/
            .exec(env.MESOS_RESOURCES ?? "")
            ?.slice(1)
            .map(Number) ?? [],
      );
    expect(ranges).toHaveLength(slaves);
    expect(ranges.slice(0, firstRanges.length)).toEqual(firstRanges);
    const ports = ranges.flatMap(([begin = 0, end = 0]) =>
      Array.from({ length: end - begin + 1 }, (_, index) => begin + index),
    );
    expect(new Set(ports).size).toBe(ports.length);
  });
});
