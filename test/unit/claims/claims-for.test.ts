import { expect, test } from "vitest";
import { claimsFor } from "../../../src/claims/claims-for.ts";
import { machine, tutorialLab } from "../../helpers/labs.ts";

test("the tutorial's lab: every claim with its expectation and the way to see it", () => {
  const shown = claimsFor(tutorialLab).map(({ id, expected, look }) => `${id} | ${expected} | ${look}`);
  expect(shown).toMatchInlineSnapshot(`
    [
      "zookeeper-serves@master | Mode: standalone | echo srvr | nc 192.168.33.18 2181",
      "mesos-master-elected@master | elected_time is there, leader = pid = master@192.168.33.18:5050 | curl -s http://192.168.33.18:5050/state.json",
      "mesos-agents-active@master | activated_slaves 1, active: 192.168.33.19 | curl -s http://192.168.33.18:5050/state.json",
      "mesos-agent-registered@slave | hostname 192.168.33.19, and an id that the master lists as active | curl -s http://192.168.33.19:5051/state.json",
      "marathon-elected@master | elected, framework <id> | curl -s http://192.168.33.18:8080/v2/info",
      "marathon-framework-active@master | the framework id of /v2/info, with active true, in the leading master's frameworks | curl -s http://192.168.33.18:5050/state.json",
      "marathon-apps-run@master | at least one running task of each application whose instances are not 0 | curl -s http://192.168.33.18:8080/v2/apps",
      "bamboo-answers@master | /status says OK, /api/state has neither Apps nor Services null | curl -s http://192.168.33.18:8000/api/state",
      "bamboo-subscribed@master | http://192.168.33.18:8000/api/marathon/event_callback | curl -s http://192.168.33.18:8080/v2/eventSubscriptions",
      "haproxy-answers@master | an application's page, or 503 where no rule fits | curl -si http://192.168.33.18:80/",
      "haproxy-routes@master | frontend http-in, and one server for the host and port of every running task | curl -s -u admin:admin 'http://192.168.33.18:80/haproxy_stats;csv'",
      "haproxy-serves@master | a page for a request that the rule is for: no 503, no 504, no refusal | curl -si http://192.168.33.18:80/",
      "stack@master | versions that do not say rehearsal | curl -s http://192.168.33.18:5050/state.json",
    ]
  `);
});

test("a lab with three masters and two agents", () => {
  const machines = [
    ...[1, 2, 3].map((n) => machine(`m${n}`, `192.168.33.1${n}`, ["zookeeper", "mesos-master", "marathon"])),
    ...[1, 2].map((n) => machine(`s${n}`, `192.168.33.2${n}`, ["mesos-slave"])),
  ];
  const claims = claimsFor({ ...tutorialLab, machines });
  expect(claims.map(({ id }) => id)).toEqual([
    "zookeeper-serves@m1",
    "zookeeper-serves@m2",
    "zookeeper-serves@m3",
    "mesos-master-elected@m1+m2+m3",
    "mesos-agents-active@m1+m2+m3",
    "mesos-agent-registered@s1",
    "mesos-agent-registered@s2",
    "marathon-elected@m1",
    "marathon-framework-active@m1",
    "marathon-elected@m2",
    "marathon-framework-active@m2",
    "marathon-elected@m3",
    "marathon-framework-active@m3",
    "marathon-apps-run@m1",
    "zookeeper-quorum@m1+m2+m3",
    "mesos-quorum@m1+m2+m3",
    "marathon-leader-proxy@m1+m2+m3",
    "stack@m1+m2+m3",
  ]);
  expect(claims[0]?.expected).toBe("Mode: leader or follower");
  expect(claims[4]?.expected).toBe("activated_slaves 2, active: 192.168.33.21 192.168.33.22");
});

test("ids are unique and stable words", () => {
  const ids = claimsFor(tutorialLab).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z-]+@[\w+-]+$/);
});
