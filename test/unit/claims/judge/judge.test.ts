import { describe, expect, test } from "vitest";
import { judgeBamboo, judgeSubscription } from "../../../../src/claims/judge/bamboo.ts";
import { judgeFrontPage, judgeRoutes } from "../../../../src/claims/judge/haproxy.ts";
import { judgeFramework, judgeMarathon } from "../../../../src/claims/judge/marathon.ts";
import { judgeAgent, judgeAgents, judgeElection, type Vote } from "../../../../src/claims/judge/mesos.ts";
import { judgeStack } from "../../../../src/claims/judge/stack.ts";
import { judgeZookeeper } from "../../../../src/claims/judge/zookeeper.ts";
import { parseStats } from "../../../../src/probes/haproxy.ts";
import { marathonInfoSchema, marathonTaskSchema } from "../../../../src/probes/marathon.ts";
import { agentStateSchema, masterStateSchema } from "../../../../src/probes/mesos.ts";
import { parseSrvr } from "../../../../src/probes/zookeeper.ts";
import {
  agentEntry,
  agentId,
  agentState,
  frameworkEntry,
  frameworkId,
  marathonInfo,
  marathonTask,
  masterState,
  masterState1x,
  srvrText,
  statsCsv,
  tomcatRows,
} from "../../../helpers/recorded.ts";

const master = (changes?: object) => masterStateSchema.parse(masterState(changes));
const agent = (changes?: object) => agentStateSchema.parse(agentState(changes));
const info = (changes?: object) => marathonInfoSchema.parse(marathonInfo(changes));
const task = (changes?: object) => marathonTaskSchema.parse(marathonTask(changes));

describe("ZooKeeper", () => {
  test.each([
    ["standalone", 1, true],
    ["follower", 1, false],
    ["leader", 3, true],
    ["follower", 3, true],
    ["standalone", 3, false],
  ])("Mode: %s in an ensemble of %i", (mode, size, holds) => {
    expect(judgeZookeeper(parseSrvr(srvrText(mode)), size).holds).toBe(holds);
  });
});

describe("election", () => {
  const vote = (ip: string, changes: object): Vote => ({
    address: `${ip}:5050`,
    state: master({ pid: `master@${ip}:5050`, ...changes }),
  });
  const leading = vote("192.168.33.18", {});
  const follower = vote("192.168.33.20", { elected_time: undefined });
  test.each<[string, Vote[], boolean, string]>([
    ["one that leads", [leading], true, "leader master@192.168.33.18:5050"],
    [
      "1.x",
      [{ address: "192.168.33.18:5050", state: masterStateSchema.parse(masterState1x()) }],
      true,
      "leader",
    ],
    ["not elected yet", [vote("192.168.33.18", { elected_time: undefined })], false, "not elected"],
    [
      "no leader",
      [vote("192.168.33.18", { elected_time: undefined, leader: undefined })],
      false,
      "leader none",
    ],
    ["an old leader", [vote("192.168.33.20", {})], false, "leader master@192.168.33.18:5050"],
    ["a follower that names it", [leading, follower], true, "leader master@192.168.33.18:5050"],
    [
      "a follower that redirects",
      [leading, { address: "x", redirectsTo: "192.168.33.18:5050" }],
      true,
      "leader",
    ],
    [
      "one that redirects elsewhere",
      [leading, { address: "x", redirectsTo: "x" }],
      false,
      "x redirects to x",
    ],
    [
      "one that names nobody",
      [leading, vote("192.168.33.20", { elected_time: undefined, leader: undefined })],
      false,
      "leader none",
    ],
    [
      "two that lead",
      [leading, vote("192.168.33.20", { leader: "master@192.168.33.20:5050" })],
      false,
      "elected",
    ],
    ["one that is silent", [leading, { address: "x", silent: "x: no route" }], false, "x: no route"],
    [
      "one that advertises another network",
      [{ ...leading, address: "192.168.33.99:5050" }],
      false,
      "pid master@192.168.33.18:5050",
    ],
  ])("%s", (_, votes, holds, seen) => {
    const finding = judgeElection(votes);
    expect(finding.holds).toBe(holds);
    expect(finding.seen).toContain(seen);
  });
});

describe("agents", () => {
  const two = [agentEntry(), agentEntry({ id: "S1", hostname: "192.168.33.20" })];
  test.each<[string, object, string[], boolean, string]>([
    ["all active", {}, ["192.168.33.19"], true, "activated_slaves 1"],
    [
      "two active",
      { activated_slaves: 2, slaves: two },
      ["192.168.33.19", "192.168.33.20"],
      true,
      "slaves 2",
    ],
    ["none", { activated_slaves: 0, slaves: [] }, ["192.168.33.19"], false, "missing: 192.168.33.19"],
    [
      "inactive",
      { activated_slaves: 0, slaves: [agentEntry({ active: false })] },
      ["192.168.33.19"],
      false,
      "missing",
    ],
    [
      "a stranger",
      { activated_slaves: 2, slaves: two },
      ["192.168.33.19"],
      false,
      "not of this lab: 192.168.33.20",
    ],
    [
      "a wrong name",
      { slaves: [agentEntry({ hostname: "10.0.2.15" })] },
      ["192.168.33.19"],
      false,
      "not of this lab: 10.0.2.15",
    ],
    ["a count that disagrees", { activated_slaves: 0 }, ["192.168.33.19"], false, "activated_slaves 0"],
    ["no agents wanted, none there", { activated_slaves: 0, slaves: [] }, [], true, "none"],
  ])("%s", (_, state, hostnames, holds, seen) => {
    const finding = judgeAgents(master(state), hostnames);
    expect(finding.holds).toBe(holds);
    expect(finding.seen).toContain(seen);
  });
  test.each<[string, object, object, boolean, string]>([
    ["registered", {}, {}, true, agentId],
    ["not registered", { id: "" }, {}, false, "its id is empty"],
    ["another name", { hostname: "localhost" }, {}, false, "localhost"],
    ["another id than the master's", { id: "S9" }, {}, false, "does not list this id"],
    ["inactive", {}, { slaves: [agentEntry({ active: false })] }, false, "inactive"],
  ])("one that is %s", (_, own, leader, holds, seen) => {
    const finding = judgeAgent(agent(own), master(leader), "192.168.33.19");
    expect(finding.holds).toBe(holds);
    expect(finding.seen).toContain(seen);
  });
});

describe("Marathon", () => {
  test.each<[object, boolean, string]>([
    [{}, true, `elected, framework ${frameworkId}`],
    [{ frameworkId: null }, false, "framework none"],
    [{ elected: false }, false, "not elected"],
    [{ elected: null, frameworkId: undefined }, false, "not elected, framework none"],
  ])("%j", (changes, holds, seen) => {
    const finding = judgeMarathon(info(changes));
    expect(finding.holds).toBe(holds);
    expect(finding.seen).toContain(seen);
  });
  test.each<[object, object, boolean, string]>([
    [{}, {}, true, "is active"],
    [{ frameworkId: null }, {}, false, "Marathon has no framework id"],
    [{}, { frameworks: [] }, false, "does not list"],
    [{}, { frameworks: [frameworkEntry({ active: false })] }, false, "is inactive"],
    // An old entry under the same name must not pass for the present one.
    [{ frameworkId: "new" }, {}, false, "does not list framework new"],
  ])("%j in a master with %j", (changes, leader, holds, seen) => {
    const finding = judgeFramework(info(changes), master(leader));
    expect(finding.holds).toBe(holds);
    expect(finding.seen).toContain(seen);
  });
});

describe("Bamboo", () => {
  const ok = { status: 200, text: "OK" };
  test.each([
    [ok, { Apps: [], Services: {} }, true, "0 applications, 0 rules"],
    [ok, { Apps: null, Services: {} }, false, "Marathon not reached"],
    [ok, { Apps: [], Services: null }, false, "ZooKeeper not reached"],
    [{ status: 502, text: "Bad" }, { Apps: [], Services: {} }, false, "502"],
  ])("%j %j", (status, state, holds, seen) => {
    const finding = judgeBamboo(status, state);
    expect(finding.holds).toBe(holds);
    expect(finding.seen).toContain(seen);
  });
  const callback = "http://192.168.33.18:8000/api/marathon/event_callback";
  test.each([
    [["http://other/", callback], true],
    [["http://127.0.0.1:8000/api/marathon/event_callback"], false],
    [[], false],
  ])("subscriptions %j", (urls, holds) => {
    expect(judgeSubscription(urls, callback).holds).toBe(holds);
  });
});

describe("HAProxy", () => {
  test.each([
    [200, true],
    [404, true],
    [503, true],
    [500, false],
    [502, false],
  ])("front page %i", (status, holds) => {
    expect(judgeFrontPage(status).holds).toBe(holds);
  });
  const nested = task({ appId: "/web/shop-1", ports: [31500, 31501] });
  const nestedRows: [string, string, string][] = [
    ["::web::shop-1-cluster", "::web::shop-1-192.168.33.19-31500", "UP"],
  ];
  test.each<[string, string, ReturnType<typeof task>[], boolean, string]>([
    ["no application", statsCsv(), [], true, "http-in, no application"],
    ["a task", statsCsv(tomcatRows(31071)), [task()], true, "/tomcat → 192.168.33.19:31071"],
    ["a nested name, first port only", statsCsv(nestedRows), [nested], true, "192.168.33.19:31500"],
    ["a task without ports", statsCsv(), [task({ ports: [] })], true, "no application"],
    ["a staged task, routed", statsCsv(tomcatRows(31071)), [task({ startedAt: null })], true, "/tomcat"],
    ["a staged task, not routed", statsCsv(), [task({ startedAt: null })], true, "no application"],
    ["no route", statsCsv(), [task()], false, "/tomcat: no route to 192.168.33.19:31071"],
    ["the old port", statsCsv(tomcatRows(31571)), [task()], false, "stale route to 192.168.33.19:31571"],
    [
      "one of two",
      statsCsv(tomcatRows(31071)),
      [task(), task({ ports: [31072] })],
      false,
      "no route to 192.168.33.19:31072",
    ],
    [
      "one too many",
      statsCsv([...tomcatRows(31071), ...tomcatRows(31072)]),
      [task()],
      false,
      "stale route to 192.168.33.19:31072",
    ],
    ["a dead application", statsCsv(tomcatRows(31071)), [], false, "stale backend ::tomcat-cluster"],
    ["a server that is down", statsCsv(tomcatRows(31071, "DOWN")), [task()], false, "is DOWN"],
    ["another frontend", statsCsv().replace("http-in", "stats"), [], false, "no frontend http-in: stats"],
  ])("%s", (_, csv, tasks, holds, seen) => {
    const finding = judgeRoutes(parseStats(csv), tasks);
    expect(finding.seen).toContain(seen);
    expect(finding.holds).toBe(holds);
  });
});

test.each([
  [{ mesos: "0.24.1", marathon: "0.15.0" }, "classic", true],
  [{ mesos: "0.24.1", marathon: "0.15.0-mesos-lab-rehearsal" }, "classic", false],
  [{ mesos: "0.24.1-mesos-lab-rehearsal", marathon: "0.15.0-mesos-lab-rehearsal" }, "rehearsal", true],
  [{ mesos: "0.24.1", marathon: "0.15.0-mesos-lab-rehearsal" }, "rehearsal", false],
] as const)("%j is %s: %s", (versions, stack, holds) => {
  expect(judgeStack(versions, stack).holds).toBe(holds);
});
