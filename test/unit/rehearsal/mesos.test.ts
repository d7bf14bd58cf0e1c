import { describe, expect, test } from "vitest";
import { decodeRecords, encodeRecord } from "../../../src/rehearsal/http/recordio.ts";
import { makeMasterInfo } from "../../../src/rehearsal/mesos/master-info.ts";
import {
  add,
  contains,
  parseResources,
  subtract,
  sum,
  toState,
} from "../../../src/rehearsal/mesos/resources.ts";
import { hostResources } from "../../../src/rehearsal/mesos-agent/host-resources.ts";
import { readAgentOptions } from "../../../src/rehearsal/mesos-agent/options.ts";
import { readMasterOptions } from "../../../src/rehearsal/mesos-master/options.ts";
import { parseDuration } from "../../../src/rehearsal/options.ts";
import { parseZooKeeperUrl } from "../../../src/rehearsal/store/zookeeper-url.ts";

describe("options", () => {
  test("come from the environment and from flags in both spellings", () => {
    const env = {
      MESOS_QUORUM: "1",
      MESOS_WORK_DIR: "/w",
      MESOS_UNKNOWN: "x",
      MESOS_CONTAINERIZERS: "docker,mesos",
    };
    const { values, flags } = readMasterOptions(["--zk", "zk://h:1/m", "--slave_ping_timeout=2secs"], env);
    expect(values).toMatchObject({ quorum: 1, zk: "zk://h:1/m", slave_ping_timeout: 2_000, port: 5050 });
    expect(flags).toMatchObject({ quorum: "1", slave_ping_timeout: "2secs", max_slave_ping_timeouts: "5" });
    const agent = readAgentOptions(["--no-strict"], { ...env, MESOS_MASTER: "h:5050" });
    expect(agent.values).toMatchObject({ containerizers: "docker,mesos", work_dir: "/w" });
  });

  test.each([
    [["--nonsense=1"], {}, /unknown flag 'nonsense'/],
    [["--constructor=1"], {}, /unknown flag 'constructor'/],
    [["--work_dir=/x"], { MESOS_WORK_DIR: "/w" }, /Duplicate flag 'work_dir' on command line/],
    [["--quorum"], {}, /Missing value of flag 'quorum'/],
    [["--port=http"], {}, /'http' of flag 'port'/],
    [["stray"], {}, /Unexpected argument 'stray'/],
    [[], {}, /--work_dir needed/],
    [[], { MESOS_WORK_DIR: "/w", MESOS_ZK: "zk://h/m" }, /--quorum/],
  ])("%j with %j is refused", (argv, env, message) => {
    expect(() => readMasterOptions(argv, env as Record<string, string>)).toThrow(message);
  });

  test("an agent needs a master and known containerizers", () => {
    expect(() => readAgentOptions([], {})).toThrow(/Missing required option --master/);
    expect(() => readAgentOptions([], { MESOS_MASTER: "h:1", MESOS_CONTAINERIZERS: "podman" })).toThrow(
      /podman/,
    );
  });

  test("durations are Mesos'", () => {
    expect(["10ms", "15secs", "1.5mins", "6hrs", "15", "secs"].map(parseDuration)).toEqual([
      10,
      15_000,
      90_000,
      21_600_000,
      undefined,
      undefined,
    ]);
  });
});

test("ZooKeeper URLs", () => {
  expect(parseZooKeeperUrl("zk://a:1,b/mesos/")).toEqual({ servers: "a:1,b:2181", path: "/mesos" });
  expect(parseZooKeeperUrl("zk://user:pw@a:1").path).toBe("/");
  for (const wrong of ["http://a/b", "zk://", "zk:///mesos", "zk://a:x/m"]) {
    expect(() => parseZooKeeperUrl(wrong)).toThrow(/not a ZooKeeper URL/);
  }
});

describe("resources", () => {
  test("of many are the same together as one after the other", () => {
    const parts = ["cpus:0.1;ports:[5-6]", "cpus:0.2;mem:16", "ports:[1-2,8-8]", "ports:[3-4]"].map(
      parseResources,
    );
    expect(sum(parts)).toEqual(parseResources("cpus:0.3;mem:16;ports:[1-6,8-8]"));
    expect(sum(parts)).toEqual(parts.reduce(add));
    expect(sum([])).toEqual({ scalars: {}, ranges: {} });
  });

  test.each([
    ["[1-9]", "[3-4,6-6]", "[1-2,5-5,7-9]"],
    ["[1-3,7-9]", "[2-8]", "[1-1,9-9]"],
    ["[1-3,7-9]", "[0-0,5-5,10-20]", "[1-3,7-9]"],
    ["[1-3,7-9]", "[1-9]", "[]"],
    ["[5-5,1-4]", "[1-1,1-2]", "[3-5]"],
  ])("ports %s without %s are %s", (from, away, left) => {
    const ports = (text: string) => parseResources(`ports:${text}`);
    const none = { scalars: {}, ranges: { ports: [] } };
    expect(subtract(ports(from), ports(away))).toEqual(left === "[]" ? none : ports(left));
  });

  test("are read, added, taken and shown", () => {
    const all = parseResources("cpus(*):2;mem:1024;ports:[31000-31010, 8000-8000]");
    const some = parseResources("cpus:0.1;ports:[31003-31004]");
    const left = subtract(all, some);
    expect(toState(left)).toEqual({
      cpus: 1.9,
      mem: 1024,
      disk: 0,
      ports: "[8000-8000, 31000-31002, 31005-31010]",
    });
    expect(toState(add(left, some))).toEqual(toState(add(all, parseResources(""))));
    expect([contains(all, some), contains(left, some)]).toEqual([true, false]);
    expect(() => parseResources("cpus=2")).toThrow(/cannot read the resources/);
    expect(() => parseResources("ports:[5-1]")).toThrow(/cannot read the resources/);
  });

  test("of a host are all but a reserve, or half of little", () => {
    expect(hostResources(2, 2_048, 20_480).scalars).toEqual({ cpus: 2, mem: 1_024, disk: 15_360 });
    expect(hostResources(1, 1_000, 8_000).scalars).toEqual({ cpus: 1, mem: 500, disk: 4_000 });
  });
});

test("MasterInfo holds the address as Mesos counts it", () => {
  const started = new Date(2015, 11, 30, 9, 5, 1);
  const info = makeMasterInfo("192.168.33.18", "192.168.33.18", 5050, started);
  expect(info).toMatchObject({ ip: 304_195_776, pid: "master@192.168.33.18:5050" });
  expect(info.id).toBe(`20151230-090501-304195776-5050-${process.pid}`);
});

test("records survive any cutting of the stream, and other streams are refused", async () => {
  const records = [{ a: "ü\n1" }, [1, 2], "x".repeat(3_000)];
  const bytes = Buffer.concat(records.map(encodeRecord));
  for (const size of [1, 7, bytes.length]) {
    const chunks = async function* () {
      for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
    };
    const read: unknown[] = [];
    for await (const record of decodeRecords(chunks())) read.push(record);
    expect(read).toEqual(records);
  }
  const broken = async function* () {
    yield Buffer.from("<html>");
  };
  await expect(decodeRecords(broken()).next()).rejects.toThrow(/not a RecordIO stream/);
});
