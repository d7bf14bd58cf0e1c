import { describe, expect, test } from "vitest";
import type { MarathonTask } from "../../../../src/rehearsal/marathon/apps/model.ts";
import { contentOf, place } from "../../../../src/rehearsal/marathon/tasks/offers.ts";
import { taskEnvironment, taskInfo } from "../../../../src/rehearsal/marathon/tasks/task-info.ts";
import type { ApiOffer } from "../../../../src/rehearsal/mesos/api.ts";
import { readApp } from "../../../helpers/marathon-app.ts";

const offer = {
  hostname: "h1",
  resources: [
    { name: "cpus", type: "SCALAR", scalar: { value: 1 } },
    { name: "mem", type: "SCALAR", scalar: { value: 512 } },
    { name: "mem", role: "other", type: "SCALAR", scalar: { value: 9999 } },
    { name: "disk", type: "SCALAR", scalar: { value: 0 } },
    {
      name: "ports",
      type: "RANGES",
      ranges: {
        range: [
          { begin: 31000, end: 31001 },
          { begin: 31005, end: 31005 },
        ],
      },
    },
  ],
  attributes: [{ name: "rack", type: "TEXT", text: { value: "r1" } }],
} as unknown as ApiOffer;
const app = (fields: object) => ({
  ...readApp({ cpus: 0.5, mem: 200, ...fields }),
  version: "2016-02-01T00:00:00.000Z",
});
const ports = (fields: object, random: number) =>
  place(app(fields), [], contentOf(offer), () => random)?.hostPorts;

test("host ports are drawn from all the offer's ranges, fixed ones are taken as they are", () => {
  expect([0, 0.5, 0.99].map((random) => ports({ ports: [0] }, random))).toEqual([[31000], [31001], [31005]]);
  expect(ports({ ports: [0, 0, 0] }, 0)).toEqual([31000, 31001, 31005]);
  expect(ports({ ports: [0, 0, 0, 0] }, 0)).toBeUndefined();
  expect(ports({ ports: [31005], requirePorts: true }, 0)).toEqual([31005]);
  expect(ports({ ports: [80], requirePorts: true }, 0)).toBeUndefined();
});

test("an app that accepts the resources of other roles only waits", () => {
  expect(ports({ acceptedResourceRoles: ["public"] }, 0)).toBeUndefined();
  expect(ports({ acceptedResourceRoles: ["public", "*"] }, 0)).toBeDefined();
});

test("a pattern that is none, or that is missing for an attribute, fits nowhere and harms nobody", () => {
  for (const operator of ["LIKE", "UNLIKE"]) {
    expect(ports({ constraints: [["hostname", operator, "("]] }, 0)).toBeUndefined();
    expect(ports({ constraints: [["rack", operator]] }, 0)).toBeUndefined();
  }
  expect(ports({ constraints: [["rack", "LIKE", "r."]] }, 0)).toBeDefined();
  expect(ports({ constraints: [["hostname", "UNLIKE"]] }, 0)).toBeDefined();
});

test("only unreserved resources count, and what is placed is used up", () => {
  expect(ports({ mem: 600 }, 0)).toBeUndefined();
  const first = place(app({}), [], contentOf(offer), () => 0);
  const second = first && place(app({}), [], first.remains, () => 0);
  expect([first?.hostPorts, second?.hostPorts]).toEqual([[31000], [31001]]);
  expect(second && place(app({}), [], second.remains, () => 0)).toBeUndefined();
});

describe("constraints", () => {
  const on = (host: string, rack = "r1") => ({ host, attributes: { rack } }) as unknown as MarathonTask;
  test.each([
    [["hostname", "UNIQUE"], [on("h2")], true],
    [["hostname", "UNIQUE"], [on("h1")], false],
    [["hostname", "CLUSTER", "h1"], [], true],
    [["hostname", "CLUSTER", "h9"], [], false],
    [["hostname", "CLUSTER"], [on("h2")], false],
    [["hostname", "LIKE", "h[12]"], [], true],
    [["hostname", "LIKE", "h"], [], false],
    [["hostname", "UNLIKE", "h[12]"], [], false],
    [["rack", "UNIQUE"], [on("h2", "r1")], false],
    [["zone", "UNLIKE", "a"], [], true],
    [["zone", "UNIQUE"], [], false],
    [["hostname", "GROUP_BY"], [on("h2")], true],
    [["hostname", "GROUP_BY"], [on("h1"), on("h1"), on("h2")], false],
  ] as const)("%o with %o", (constraint, tasks, expected) => {
    const found = place(app({ constraints: [[...constraint]] }), tasks, contentOf(offer), () => 0);
    expect(found !== undefined).toBe(expected);
  });
});

test("tasks get Marathon's variables; the app's own win", () => {
  const docker = { image: "tomcat", privileged: false, parameters: [], forcePullImage: false };
  const portMappings = [{ containerPort: 8080, hostPort: 0, servicePort: 10000, protocol: "tcp" }];
  const definition = app({
    env: { HOST: "mine" },
    labels: { "my.tier": "web" },
    container: { type: "DOCKER", volumes: [], docker: { ...docker, network: "BRIDGE", portMappings } },
  });
  const launch = { taskId: "app.1", agentId: "s1", host: "h1", hostPorts: [31005] };
  expect(taskEnvironment(definition, launch)).toEqual({
    MESOS_TASK_ID: "app.1",
    MARATHON_APP_ID: "/app",
    MARATHON_APP_VERSION: "2016-02-01T00:00:00.000Z",
    MARATHON_APP_DOCKER_IMAGE: "tomcat",
    MARATHON_APP_RESOURCE_CPUS: "0.5",
    MARATHON_APP_RESOURCE_MEM: "200.0",
    MARATHON_APP_RESOURCE_DISK: "0.0",
    MARATHON_APP_LABELS: "MY_TIER",
    MARATHON_APP_LABEL_MY_TIER: "web",
    PORT0: "31005",
    PORT_8080: "31005",
    PORT: "31005",
    PORTS: "31005",
    HOST: "mine",
  });
  const info = taskInfo(definition, launch);
  expect(info.resources?.at(-1)).toEqual({
    name: "ports",
    type: "RANGES",
    ranges: { range: [{ begin: 31005, end: 31005 }] },
  });
  expect(info.command).toMatchObject({ shell: true, value: "sleep 1" });
});
