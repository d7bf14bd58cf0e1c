import { expect, test } from "vitest";
import { claimsFor } from "../../../../src/claims/claims-for.ts";
import { type AclRequest, requestFor } from "../../../../src/claims/judge/acl-request.ts";
import { judgeApps } from "../../../../src/claims/judge/apps.ts";
import { allOf, judgeAddresses, judgeService, judgeVersion } from "../../../../src/claims/judge/mesos-dns.ts";
import { judgeServicePorts, routesOf } from "../../../../src/claims/judge/routes.ts";
import { isYoung, judgeServed, type PageAnswer } from "../../../../src/claims/judge/served.ts";
import type { MarathonApp, MarathonTask } from "../../../../src/probes/marathon.ts";
import { parseBackends } from "../../../../src/probes/marathon-lb.ts";
import { fourWaysLab } from "../../../helpers/described-labs.ts";
import { marathonTask } from "../../../helpers/recorded.ts";

test("the claims about the three methods, with the ways to see them", () => {
  const shown = claimsFor(fourWaysLab)
    .filter(({ service }) => /dns|lb|bridge/.test(service))
    .map(({ id, look }) => `${id} | ${look}`);
  expect(shown).toMatchInlineSnapshot(`
    [
      "mesos-dns-answers@master | curl -s http://192.168.33.18:8123/v1/version",
      "mesos-dns-leader@master | dig @192.168.33.18 +short leader.mesos",
      "mesos-dns-tasks@master | dig @192.168.33.18 +short _tomcat._tcp.marathon.mesos SRV",
      "mesos-dns-serves@master | dig @192.168.33.18 +short _tomcat._tcp.marathon.mesos SRV",
      "marathon-lb-healthy@master | curl -si http://192.168.33.18:9090/_haproxy_health_check",
      "marathon-lb-routes@master | curl -s http://192.168.33.18:9090/_haproxy_getconfig",
      "marathon-lb-serves@master | curl -si http://192.168.33.18:10000/",
      "bridge-routes@slave | curl -s -u admin:admin 'http://192.168.33.19:9090/haproxy?stats;csv'",
      "bridge-serves@slave | curl -si http://192.168.33.19:10000/",
    ]
  `);
});

test.each([
  ["v0.5.2", ["10.0.0.2"], true],
  ["0.6.0", ["10.0.0.2"], true],
  ["0.5.2-mesos-lab-rehearsal", ["10.0.0.2"], true],
  ["0.1.2", ["10.0.0.2"], false],
  ["v0.7.0-rc2", ["10.0.0.2"], false],
  ["0.5.2", [], false],
])("Mesos-DNS %s with %j", (Version, hosts, holds) => {
  expect(judgeVersion({ Service: "Mesos-DNS", Version }, hosts).holds).toBe(holds);
});

const a = (address: string) => ({ type: "A" as const, name: "x.mesos", ttl: 1, address });
test.each([
  [
    "NOERROR",
    ["10.0.0.2", "10.0.0.3"],
    ["10.0.0.3", "10.0.0.2", "10.0.0.2"],
    true,
    "x.mesos A 10.0.0.2 10.0.0.3",
  ],
  ["NOERROR", ["10.0.0.2", "10.0.0.9"], ["10.0.0.2"], false, "x.mesos A 10.0.0.2 10.0.0.9"],
  ["NOERROR", [], ["10.0.0.2"], false, "x.mesos A empty"],
  ["NXDOMAIN", [], ["10.0.0.2"], false, "x.mesos A NXDOMAIN"],
])("%s %j for %j", (rcode, found, expected, holds, seen) => {
  const answer = { rcode, records: found.map(a), additional: [], over: "UDP" as const };
  expect(judgeAddresses("x.mesos", answer, expected)).toEqual({ holds, seen });
});

test("a service's ports", () => {
  const answer = { rcode: "NOERROR", targets: [{ address: "10.0.0.2", port: 1 }], ttl: 1 };
  expect(judgeService("_x", answer, ["10.0.0.2:1"])).toEqual({ holds: true, seen: "_x SRV 10.0.0.2:1" });
  expect(judgeService("_x", answer, ["10.0.0.2:2"]).holds).toBe(false);
});

test("several findings: all, or those that fail, or none", () => {
  const good = { holds: true, seen: "good" };
  const bad = { holds: false, seen: "bad" };
  expect(allOf([good, good], "none")).toEqual({ holds: true, seen: "good; good" });
  expect(allOf([good, bad], "none")).toEqual({ holds: false, seen: "bad" });
  expect(allOf([], "none")).toEqual({ holds: true, seen: "none" });
});

const app = (ports: number[]) => ({ id: "/tomcat", instances: 1, ports });
const tasks = (...changes: object[]) => changes.map((change) => marathonTask(change) as MarathonTask);

test("routes: each service port with the same port of every running task", () => {
  const running = tasks(
    { ports: [31000, 31001] },
    { ports: [31002, 31003] },
    { ports: [1, 2], startedAt: null },
  );
  expect(routesOf([app([10000, 10001]), { ...app([10002]), id: "/idle" }], running)).toEqual([
    { app: "/tomcat", servicePort: 10000, tasks: ["192.168.33.19:31000", "192.168.33.19:31002"] },
    { app: "/tomcat", servicePort: 10001, tasks: ["192.168.33.19:31001", "192.168.33.19:31003"] },
  ]);
});

test.each<[string, string[] | undefined, boolean, string]>([
  ["the same", ["192.168.33.19:31071"], true, "/tomcat 10000 → 192.168.33.19:31071"],
  ["none", undefined, false, "/tomcat at 10000: no route"],
  ["an empty one", [], false, "/tomcat at 10000: no route to 192.168.33.19:31071"],
  [
    "an old one",
    ["192.168.33.19:31071", "192.168.33.19:1"],
    false,
    "/tomcat at 10000: stale route to 192.168.33.19:1",
  ],
])("a balancer with %s", (_, routed, holds, seen) => {
  expect(judgeServicePorts(routesOf([app([10000])], tasks({})), () => routed)).toEqual({ holds, seen });
});

test("no application is no fault", () => {
  expect(judgeServicePorts([], () => [])).toEqual({ holds: true, seen: "no application" });
  expect(judgeServed([])).toEqual({ holds: true, seen: "no application", starting: false });
});

test.each<[PageAnswer, boolean, string]>([
  [{ status: 200 }, true, "/tomcat at 10000: 200"],
  [{ status: 404 }, true, "/tomcat at 10000: 404"],
  [{ status: 500 }, true, "/tomcat at 10000: 500"],
  [{ status: 503 }, false, "/tomcat at 10000: 503"],
  [{ status: 504 }, false, "/tomcat at 10000: 504"],
  [{ silent: "http://h:1/: connection refused" }, false, "/tomcat at 10000: http://h:1/: connection refused"],
  [
    { silent: "http://h:1/: timed out after 5 s" },
    false,
    "/tomcat at 10000: http://h:1/: timed out after 5 s",
  ],
  [
    { silent: "http://h:1/: the answer is not HTTP" },
    true,
    "/tomcat at 10000: http://h:1/: the answer is not HTTP",
  ],
])("a visitor who gets %j", (answer, holds, seen) => {
  const name = "/tomcat at 10000";
  expect(judgeServed([{ name, answer, starting: false }])).toEqual({ holds, seen, starting: false });
});

test("of several applications those that do not answer are shown; they start only if all of them do", () => {
  const visit = (name: string, status: number, starting: boolean) => ({ name, answer: { status }, starting });
  expect(judgeServed([visit("/a", 200, true), visit("/b", 503, true)])).toEqual({
    ...{ holds: false, seen: "/b: 503 (still starting)", starting: true },
  });
  expect(judgeServed([visit("/a", 503, false), visit("/b", 503, true)], ["/c: not asked"])).toEqual({
    ...{ holds: false, seen: "/a: 503; /b: 503 (still starting); /c: not asked", starting: false },
  });
});

test.each([
  ["now", "2026-11-22T12:00:00Z", true],
  ["119 s ago", "2026-11-22T11:58:01Z", true],
  ["121 s ago", "2026-11-22T11:57:59Z", false],
  ["by a clock that is ahead", "2026-11-22T12:00:09Z", true],
  ["at no time", null, false],
  ["at a time that is none", "yesterday", false],
])("a task that began to run %s is young: %s", (_, startedAt, young) => {
  const [task] = tasks({ startedAt });
  expect(isYoung([task as MarathonTask], Date.parse("2026-11-22T12:00:00Z"))).toBe(young);
  expect(isYoung([task as MarathonTask], undefined)).toBe(false);
});

test.each<[string, object[], boolean, string, boolean]>([
  ["none", [], true, "no application wants tasks", false],
  ["one that runs", [{ tasksRunning: 1 }], true, "/tomcat 1 of 1", false],
  ["one that is suspended", [{ instances: 0 }], true, "no application wants tasks", false],
  ["one that runs in part", [{ instances: 3, tasksRunning: 2 }], true, "/tomcat 2 of 3", false],
  ["one that waits for an offer", [{}], false, "/tomcat 0 of 1", false],
  ["one that starts", [{ tasksStaged: 1 }], false, "/tomcat 0 of 1, 1 still starting", true],
  [
    "one that runs, one that starts, and one that waits",
    [{ tasksRunning: 1 }, { id: "/b", tasksStaged: 1 }, { id: "/c" }],
    false,
    "/b 0 of 1, 1 still starting; /c 0 of 1",
    false,
  ],
  ["one whose counts Marathon leaves out", [{ tasksRunning: null }], false, "/tomcat 0 of 1", false],
])("applications: %s", (_, changes, holds, seen, starting) => {
  const apps = changes.map((change) => ({ id: "/tomcat", instances: 1, tasksRunning: 0, ...change }));
  expect(judgeApps(apps as MarathonApp[])).toEqual({ holds, seen, starting });
});

test.each<[string, AclRequest | undefined]>([
  ["path_beg -i /", { path: "/" }],
  ["path_beg /shop /store", { path: "/shop" }],
  ["path /exact", { path: "/exact" }],
  ["path_dir shop", { path: "/shop/" }],
  ["path_end .html", { path: "/.html" }],
  ["hdr(host) -i example.org", { path: "/", host: "example.org" }],
  ["hdr_dom(host) -i example.org", { path: "/", host: "example.org" }],
  ["hdr_end(host) .example.org", { path: "/", host: "x.example.org" }],
  ["path_reg ^/(a+)+$", undefined],
  ["hdr(cookie) x", undefined],
  ["path -f /etc/passwd", undefined],
  ["path_beg -i -m str /x", undefined],
  ["path_beg x", undefined],
  ["hdr(host) -i a\u0000b", undefined],
  ["src 10.0.0.0/8", undefined],
  ["", undefined],
])("the request that the rule %j is for", (acl, request) => {
  expect(requestFor(acl)).toEqual(request);
});

test("backends of HAProxy's configuration, in marathon-lb's own manner", () => {
  const config = `global
  daemon
listen stats
  bind 0.0.0.0:9090
  server none 1.1.1.1:1

frontend tomcat_10000
  bind *:10000
  use_backend tomcat_10000

backend tomcat_10000
  balance roundrobin
  server 192_168_33_19_31071 192.168.33.19:31071 check inter 2s
  server 192_168_33_20_31005 192.168.33.20:31005
backend empty_10001
  mode http
`;
  expect(Object.fromEntries(parseBackends(config))).toEqual({
    tomcat_10000: ["192.168.33.19:31071", "192.168.33.20:31005"],
    empty_10001: [],
  });
  expect(() => parseBackends("<html>503</html>")).toThrow("not HAProxy's configuration");
});
