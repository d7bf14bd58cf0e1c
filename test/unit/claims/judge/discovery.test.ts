import { expect, test } from "vitest";
import { claimsFor } from "../../../../src/claims/claims-for.ts";
import { allOf, judgeAddresses, judgeService, judgeVersion } from "../../../../src/claims/judge/mesos-dns.ts";
import { judgeServicePorts, routesOf } from "../../../../src/claims/judge/routes.ts";
import { judgeServed } from "../../../../src/claims/judge/served.ts";
import type { MarathonTask } from "../../../../src/probes/marathon.ts";
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

test("no application is no fault; a 503 is one, a 404 is a page", () => {
  const [route] = routesOf([app([10000])], tasks({}));
  if (route === undefined) throw new Error("no route");
  expect(judgeServicePorts([], () => [])).toEqual({ holds: true, seen: "no application" });
  expect(judgeServed([])).toEqual({ holds: true, seen: "no application" });
  expect(judgeServed([{ route, status: 404 }])).toEqual({ holds: true, seen: "/tomcat at 10000: 404" });
  expect(judgeServed([{ route, status: 503 }]).holds).toBe(false);
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
