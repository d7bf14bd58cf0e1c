import { describe, expect, test } from "vitest";
import { parseMesosDnsConfig, readMesosDnsOptions } from "../../../../src/rehearsal/mesos-dns/config.ts";
import { shortHash, toLabel } from "../../../../src/rehearsal/mesos-dns/labels.ts";
import { recordsOf } from "../../../../src/rehearsal/mesos-dns/records.ts";
import { portNumbers, stateSchema } from "../../../../src/rehearsal/mesos-dns/state.ts";
import { agentId, frameworkEntry, masterState } from "../../../helpers/recorded.ts";

const config = (changes: object = {}) =>
  parseMesosDnsConfig(
    JSON.stringify({ masters: ["192.168.33.18:5050"], listener: "192.168.33.18", ...changes }),
  );

function records(task: object, changes: object = {}) {
  const tasks = [
    {
      id: "t.1",
      name: "t",
      slave_id: agentId,
      state: "TASK_RUNNING",
      resources: { ports: "[31000-31001]" },
      ...task,
    },
  ];
  const state = stateSchema.parse(masterState({ frameworks: [frameworkEntry({ tasks })] }));
  return recordsOf(state, config(changes));
}

test("all names of a lab with one task", () => {
  const found = records({});
  expect(Object.fromEntries(found.addresses)).toEqual({
    "marathon.mesos": ["192.168.33.18"],
    "slave.mesos": ["192.168.33.19"],
    "leader.mesos": ["192.168.33.18"],
    "master.mesos": ["192.168.33.18"],
    "master0.mesos": ["192.168.33.18"],
    "ns1.mesos": ["192.168.33.18"],
    "t.marathon.mesos": ["192.168.33.19"],
    "t.marathon.slave.mesos": ["192.168.33.19"],
    [`t-${shortHash("t.1")}-s0.marathon.mesos`]: ["192.168.33.19"],
    [`t-${shortHash("t.1")}-s0.marathon.slave.mesos`]: ["192.168.33.19"],
  });
  const host = `t-${shortHash("t.1")}-s0.marathon.slave.mesos`;
  expect([...found.services.keys()].sort()).toEqual([
    "_framework._tcp.marathon.mesos",
    "_leader._tcp.mesos",
    "_leader._udp.mesos",
    "_slave._tcp.mesos",
    "_t._tcp.marathon.mesos",
    "_t._tcp.marathon.slave.mesos",
    "_t._udp.marathon.mesos",
    "_t._udp.marathon.slave.mesos",
  ]);
  expect(found.services.get("_t._tcp.marathon.mesos")).toEqual([
    { host, port: 31000 },
    { host, port: 31001 },
  ]);
});

test("a task that does not run, or whose agent is not there, has no name", () => {
  expect(records({ state: "TASK_STAGING" }).exists("t.marathon.mesos")).toBe(false);
  expect(records({ slave_id: "gone" }).exists("t.marathon.mesos")).toBe(false);
});

describe("where a task's address comes from", () => {
  const statuses = [
    {
      state: "TASK_STAGING",
      timestamp: 9,
      labels: [{ key: "Docker.NetworkSettings.IPAddress", value: "172.17.0.9" }],
    },
    {
      state: "TASK_RUNNING",
      timestamp: 5,
      labels: [{ key: "Docker.NetworkSettings.IPAddress", value: "172.17.0.5" }],
      container_status: { network_infos: [{ ip_addresses: [{ ip_address: "10.1.1.5" }] }] },
    },
    {
      state: "TASK_RUNNING",
      timestamp: 4,
      labels: [{ key: "Docker.NetworkSettings.IPAddress", value: "172.17.0.4" }],
    },
  ];
  test.each([
    [["host"], "192.168.33.19"],
    [["docker", "host"], "172.17.0.5"],
    [["netinfo", "host"], "10.1.1.5"],
    [["mesos", "host"], "192.168.33.19"],
  ])("%j", (IPSources, ip) => {
    const found = records({ statuses }, { IPSources });
    expect(found.addresses.get("t.marathon.mesos")).toEqual([ip]);
    // The ports are the agent's, whatever the container's address.
    expect(found.addresses.get("t.marathon.slave.mesos")).toEqual(["192.168.33.19"]);
  });
});

test("a task's discovery information gives it another name and named ports", () => {
  const ports = { ports: [{ number: 80, name: "web", protocol: "TCP" }] };
  const found = records({ discovery: { name: "Shop_1", ports } });
  expect(found.services.get("_shop-1._tcp.marathon.mesos")).toEqual([
    { host: `shop-1-${shortHash("t.1")}-s0.marathon.mesos`, port: 80 },
  ]);
  expect(found.exists("_web._shop-1._tcp.marathon.mesos")).toBe(true);
  expect(found.exists("t.marathon.mesos")).toBe(false);
});

test.each([
  ["b.a", false, "b-a"],
  ["-Tom_Cat.-", false, "tom-cat"],
  ["0day", true, "day"],
  ["äpp", false, "pp"],
  ["x".repeat(70), false, "x".repeat(63)],
  ["y".repeat(70), true, "y".repeat(24)],
])("the label of %j", (name, strict, label) => {
  expect(toLabel(name, strict)).toBe(label);
});

test("ranges of ports", () => {
  expect(portNumbers("[31000-31002, 31005-31005]")).toEqual([31000, 31001, 31002, 31005]);
  expect(portNumbers("")).toEqual([]);
  expect(portNumbers("[5-1]")).toEqual([]);
});

describe("the configuration", () => {
  test("keys in any case, defaults, unknown keys passed over", () => {
    const read = parseMesosDnsConfig(
      '{"zk":"zk://a/m","RefreshSeconds":5,"HTTPPORT":1,"ipsources":["host"],"x":1}',
    );
    expect(read).toMatchObject({
      refreshSeconds: 5,
      httpPort: 1,
      IPSources: ["host"],
      ttl: 60,
      domain: "mesos",
    });
  });

  test.each([
    ["{", /is not JSON/],
    ["{}", /names neither zk nor masters/],
    ['{"zk":"zk://a/m","port":"53"}', /config.json is wrong/],
    ['{"zk":"zk://a/m","listener":"master"}', /config.json is wrong/],
  ])("%s is refused", (text, message) => {
    expect(() => parseMesosDnsConfig(text)).toThrow(message);
  });

  test.each([
    [
      ["/usr/bin/mesos-dns", "-v=2", "-config=/nowhere/config.json"],
      /missing configuration file: "\/nowhere/,
    ],
    [["-v", "2", "-config", "/nowhere"], /missing configuration file: "\/nowhere"/],
    [["-nonsense"], /flag provided but not defined: -nonsense/],
  ])("%j", (argv, message) => {
    expect(() => readMesosDnsOptions(argv)).toThrow(message);
  });
});
