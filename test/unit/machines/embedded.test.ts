import { describe, expect, test } from "vitest";
import { pages } from "../../../src/lab/catalogue/index.ts";
import { methods } from "../../../src/lab/catalogue/methods.ts";
import { discoveryNotes } from "../../../src/lab/discovery.ts";
import { discoveryNames, type Lab } from "../../../src/lab/model.ts";
import { parseLab } from "../../../src/lab/parse.ts";
import { type Bindable, movedPorts, settleAddresses } from "../../../src/machines/embedded/addresses.ts";
import { embeddedPlan } from "../../../src/machines/embedded/plan.ts";
import { sharedServicePorts } from "../../../src/machines/embedded/preflight.ts";
import { usersOfSlave } from "../../../src/machines/embedded/task-users.ts";
import { peersFault } from "../../../src/machines/embedded/zookeeper.ts";

const tutorial = parseLab(undefined, { runsOn: "embedded" });
const everyWay = parseLab(undefined, { runsOn: "embedded", discovery: [...discoveryNames] });
type Over = "tcp" | "udp" | undefined;
const host =
  (answer: (ip: string, port: number, over: Over) => Bindable) =>
  async (ip: string, port: number, over?: Over) =>
    answer(ip, port, over);

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

describe("every way of discovery", () => {
  const told = (lab: Lab) => ({
    moved: movedPorts(lab),
    pages: pages(lab)
      .slice(4)
      .map(({ url }) => url),
    commands: [
      ...methods["mesos-dns"].commands(lab).slice(0, 1),
      ...methods["marathon-lb"].commands(lab).slice(0, 2),
    ],
    notes: discoveryNotes(lab),
  });

  test("at the usual ports where they are free", async () => {
    const lab = await settleAddresses(
      everyWay,
      host(() => "free"),
    );
    expect(told(lab)).toEqual({
      moved: [],
      pages: [
        "http://127.0.33.18:8123/v1/enumerate",
        "http://127.0.33.18:9090/haproxy?stats",
        "http://127.0.33.19:9090/haproxy?stats",
      ],
      commands: [
        "dig @127.0.33.18 +short tomcat.marathon.mesos",
        "curl -H 'Host: tomcat.lab' http://127.0.33.18:8081/",
        "curl -H 'X-Marathon-App-Id: /tomcat' http://127.0.33.18:9091/",
      ],
      notes: ["On master, Bamboo's HAProxy has port 80; marathon-lb serves its virtual hosts at port 8081."],
    });
  });

  test("at free ones where they need root or are taken, and all that is told says so", async () => {
    const lab = await settleAddresses(
      everyWay,
      host((_ip, port, over) => {
        if (port === 0) return "free";
        if (port < 1_024) return "not-allowed";
        return port === 9_090 || (port === 8_053 && over === "udp") ? "taken" : "free";
      }),
    );
    expect(told(lab)).toEqual({
      moved: [
        "master: haproxy 8081 instead of 80",
        "master: dns 8054 instead of 53",
        "master: marathonLb 8082 instead of 8081",
        "master: marathonLbAdmin 9091 instead of 9090",
        "master: marathonLbApps 9092 instead of 9091",
        "slave: bridge 9091 instead of 9090",
      ],
      pages: [
        "http://127.0.33.18:8123/v1/enumerate",
        "http://127.0.33.18:9091/haproxy?stats",
        "http://127.0.33.19:9091/haproxy?stats",
      ],
      commands: [
        "dig @127.0.33.18 -p 8054 +short tomcat.marathon.mesos",
        "curl -H 'Host: tomcat.lab' http://127.0.33.18:8082/",
        "curl -H 'X-Marathon-App-Id: /tomcat' http://127.0.33.18:9092/",
      ],
      notes: [
        "On master, Bamboo's HAProxy has port 8081; marathon-lb serves its virtual hosts at port 8082.",
      ],
    });
    const instances = embeddedPlan(lab, "/x", "haproxy").services.map(({ id, instances }) => [
      id,
      instances[0],
    ]);
    const { "mesos-dns@master": dns, "marathon-lb@master": lb, ...others } = Object.fromEntries(instances);
    const config = "/x/master/mesos-dns/config.json";
    expect(dns.args).toContain(`-config=${config}`);
    expect(JSON.parse(dns.files[config])).toMatchObject({
      ...{ zk: "zk://127.0.33.18:2181/mesos", masters: ["127.0.33.18:5050"], listener: "127.0.33.18" },
      ...{ port: 8_054, httpport: 8_123, httplistener: "127.0.33.18" },
    });
    expect(JSON.parse(lb.env.MESOS_LAB_BINDING)).toEqual({
      ...{ address: "127.0.33.18", vhosts: 8_082, admin: 9_091, apps: 9_092, heads: {} },
    });
    expect(lb.args).toEqual(["sse", "-m", "http://127.0.33.18:8080", "--group", "external"]);
    expect(others["haproxy-marathon-bridge@slave"]).toMatchObject({
      args: [expect.stringMatching(/haproxy-marathon-bridge$/)],
      env: { MARATHONS: "http://127.0.33.18:8080", BIND: "127.0.33.19", STATS_PORT: "9091" },
    });
  });

  test("two that bind service ports cannot share the only address of a system", async () => {
    const oneAddress = host((ip) => (ip === "127.0.0.1" ? "free" : "no-address"));
    expect(sharedServicePorts(everyWay)).toEqual([]);
    const [problem] = sharedServicePorts(await settleAddresses(everyWay, oneAddress));
    expect(problem?.what).toBe(
      "this system has one loopback address, 127.0.0.1, whose service ports marathon-lb on master and haproxy-marathon-bridge on slave would share",
    );
    const one = parseLab(undefined, { runsOn: "embedded", discovery: ["bamboo", "marathon-lb"] });
    expect(sharedServicePorts(await settleAddresses(one, oneAddress))).toEqual([]);
  });

  test("the bridges of all slaves but the first four share one process", () => {
    const many = parseLab(undefined, { runsOn: "embedded", discovery: ["haproxy-marathon-bridge"] });
    const [master, slave] = many.machines;
    if (master === undefined || slave === undefined) throw new Error("no machines");
    const slaves = Array.from({ length: 6 }, (_, index) => ({ ...slave, name: `s-${index}` }));
    const { services } = embeddedPlan({ ...many, machines: [master, ...slaves] }, "/x", "haproxy");
    const bridges = services.filter(({ service }) => service === "haproxy-marathon-bridge");
    expect(bridges.map(({ id, instances }) => [id, instances.length])).toEqual([
      ["haproxy-marathon-bridge@s-0", 1],
      ["haproxy-marathon-bridge@s-1", 1],
      ["haproxy-marathon-bridge@s-2", 1],
      ["haproxy-marathon-bridge@s-3", 1],
      ["haproxy-marathon-bridge@all", 2],
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
      { ...tutorial, runs: { kind: "embedded", zookeeper: "host" } },
      host((_, port) => (port === 2181 ? "taken" : "free")),
    );
    expect(movedPorts(lab)).toEqual(["master: zookeeper 2182 instead of 2181"]);
    const plan = embeddedPlan(lab, "/x", "haproxy");
    const [server] = plan.programs;
    expect(plan.zookeeper).toBe("host");
    expect(server).toMatchObject({ id: "zookeeper@master", address: { host: "127.0.33.18", port: 2182 } });
    const config = server?.files["/x/master/zookeeper/zoo.cfg"];
    expect(config).toContain("dataDir=./data\nclientPort=2182\nclientPortAddress=127.0.33.18\n");
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
    const lab = await settleAddresses({ ...described, runs: { kind: "embedded", zookeeper: "host" } }, free);
    const { programs } = embeddedPlan(lab, "/x", "haproxy");
    expect(programs.map(({ id }) => id)).toEqual(["zookeeper@a", "zookeeper@b", "zookeeper@c"]);
    expect(programs[1]?.files["/x/b/zookeeper/data/myid"]).toBe("2\n");
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
        [31_000, 32_000],
        [30_000, 30_999],
      ],
    ],
    [
      100,
      5,
      [
        [31_000, 32_000],
        [30_000, 30_999],
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

test("each slave has users of its own, whatever others there are", () => {
  const range = { first: 1_000_000, count: 4_096 };
  const shares = Array.from({ length: 400 }, (_, index) => usersOfSlave(range, index + 1));
  const all = shares.flatMap(({ first, count }) =>
    Array.from({ length: count }, (_, index) => first + index),
  );
  expect(new Set(all).size).toBe(all.length);
  expect(Math.max(...all)).toBeLessThan(range.first + range.count);
  expect(shares[0]).toEqual({ first: range.first, count: 512 });
  expect(shares[399]?.count).toBe(5);
});
