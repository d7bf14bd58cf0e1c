import { describe, expect, test } from "vitest";
import { parseAppPath } from "../../../../src/rehearsal/marathon/api/app-path.ts";
import { appFilter } from "../../../../src/rehearsal/marathon/api/app-search.ts";
import { endpointLines } from "../../../../src/rehearsal/marathon/api/views.ts";
import { isUpgrade } from "../../../../src/rehearsal/marathon/apps/app-definition.ts";
import {
  type AppDefinition,
  configVersion,
  type MarathonTask,
} from "../../../../src/rehearsal/marathon/apps/model.ts";
import {
  appIdOf,
  canonicalId,
  invalidSegments,
  safePath,
} from "../../../../src/rehearsal/marathon/apps/path-id.ts";
import { assignServicePorts, servicePorts } from "../../../../src/rehearsal/marathon/apps/service-ports.ts";
import { backoffMs } from "../../../../src/rehearsal/marathon/events/http-callbacks.ts";
import { planApp } from "../../../../src/rehearsal/marathon/tasks/app-plan.ts";
import { LaunchDelays } from "../../../../src/rehearsal/marathon/tasks/launch-delays.ts";
import { readApp } from "../../../helpers/marathon-app.ts";

const app = (fields: Partial<AppDefinition> = {}): AppDefinition => ({
  ...readApp(),
  version: "v1",
  ...fields,
});
const task = (id: string, fields: Partial<MarathonTask> = {}): MarathonTask => ({
  id,
  appId: "/app",
  host: "h1",
  ipAddresses: [],
  ports: [31000],
  startedAt: "t",
  stagedAt: id,
  version: "v1",
  slaveId: "s",
  state: "TASK_RUNNING",
  attributes: {},
  ...fields,
});

describe("an app", () => {
  test("ids", () => {
    expect(["tomcat", "/a/b/", "//a", "/a/../b"].map((id) => canonicalId(id))).toEqual([
      "/tomcat",
      "/a/b",
      "/a",
      "/b",
    ]);
    expect(canonicalId("../b", "/a/c")).toBe("/a/b");
    expect(["/a-b.c", "/a1/b2"].flatMap(invalidSegments)).toEqual([]);
    expect(["/-a", "/a_b/c", "/A"].flatMap(invalidSegments)).toEqual(["-a", "a_b", "A"]);
    expect(safePath("/a/b")).toBe("a_b");
    expect([appIdOf("a_b.0f1e-2"), appIdOf("nonsense")]).toEqual(["/a/b", undefined]);
  });

  test.each([
    ["tomcat", { kind: "app", id: "/tomcat" }],
    ["/tomcat", { kind: "app", id: "/tomcat" }],
    ["a/b/tasks", { kind: "tasks", id: "/a/b" }],
    ["a/b/tasks/a_b.1", { kind: "task", id: "/a/b", taskId: "a_b.1" }],
    ["a/*", { kind: "group", id: "/a" }],
    ["a/*/tasks", { kind: "groupTasks", id: "/a" }],
    ["a/versions/v1", { kind: "version", id: "/a", version: "v1" }],
    ["a/restart", { kind: "restart", id: "/a" }],
    ["tasks", { kind: "app", id: "/tasks" }],
  ])("the path %s", (path, expected) => {
    expect(parseAppPath(path)).toEqual(expected);
  });

  test("service ports are unique, the lowest free ones, and kept", () => {
    const range = { min: 10000, max: 10003 };
    const taken = (...apps: AppDefinition[]) => new Set(apps.flatMap(servicePorts));
    const first = assignServicePorts(app({ ports: [0, 0] }), taken(), undefined, range);
    expect(first.ports).toEqual([10000, 10001]);
    const second = assignServicePorts(app({ id: "/b", ports: [0] }), taken(first), undefined, range);
    expect(second.ports).toEqual([10002]);
    expect(assignServicePorts({ ...first, ports: [0, 0] }, taken(second), first, range).ports).toEqual([
      10000, 10001,
    ]);
    expect(() =>
      assignServicePorts(app({ id: "/c", ports: [0] }), taken(first, second), undefined, range),
    ).toThrow("10000-10003");
  });

  test("only a change of the definition replaces tasks", () => {
    expect(isUpgrade(app(), app({ instances: 7, version: "v2" }))).toBe(false);
    expect(isUpgrade(app({ env: { A: "1", B: "2" } }), app({ env: { B: "2", A: "1" } }))).toBe(false);
    expect(isUpgrade(app(), app({ mem: 64 }))).toBe(true);
  });
});

describe("planning", () => {
  const plan = (definition: AppDefinition, tasks: MarathonTask[], dying: string[] = []) => {
    const { launch, kill, settled } = planApp(definition, tasks, {
      isUp: ({ state }) => state === "TASK_RUNNING",
      isDying: ({ id }) => dying.includes(id),
      isOutdated: ({ version }) => version < configVersion(definition),
    });
    return [launch, kill.map(({ id }) => id), settled];
  };
  const staged = { state: "TASK_STAGING" } as const;
  const upgraded = (fields: Partial<AppDefinition> = {}) =>
    app({
      version: "v2",
      versionInfo: { lastScalingAt: "v2", lastConfigChangeAt: "v2" },
      instances: 2,
      ...fields,
    });
  const strategy = (minimumHealthCapacity: number, maximumOverCapacity: number) => ({
    upgradeStrategy: { minimumHealthCapacity, maximumOverCapacity },
  });
  const new1 = task("n1", { version: "v2" });

  test.each([
    ["a new app", app({ instances: 2 }), [], [], [2, [], false]],
    ["all up", app({ instances: 1 }), [task("a")], [], [0, [], true]],
    ["staged is not settled", app(), [task("a", staged)], [], [0, [], false]],
    [
      "scaling down ends what is not up, then the youngest",
      app({ instances: 1 }),
      [task("a"), task("b"), task("c", staged)],
      [],
      [0, ["c", "b"], false],
    ],
    ["a dying task is replaced once it is gone", app(), [task("a")], ["a"], [0, [], false]],
    ["an upgrade doubles first", upgraded(), [task("a"), task("b")], [], [2, [], false]],
    ["the old ones go one by one", upgraded(), [task("a"), task("b"), new1], [], [1, ["b"], false]],
    [
      "no room above: makes room below",
      upgraded(strategy(0.5, 0)),
      [task("a"), task("b")],
      [],
      [0, ["b"], false],
    ],
    [
      "no room at all: one more is allowed",
      upgraded(strategy(1, 0)),
      [task("a"), task("b")],
      [],
      [1, [], false],
    ],
    ["done", upgraded({ instances: 1 }), [new1], [], [0, [], true]],
  ] as const)("%s", (_title, definition, tasks, dying, expected) => {
    expect(plan(definition, [...tasks], [...dying])).toEqual(expected);
  });
});

test("launch delays grow by the factor up to the maximum, and are forgotten once passed", () => {
  const delays = new LaunchDelays();
  const definition = app({ backoffSeconds: 1, backoffFactor: 2, maxLaunchDelaySeconds: 3 });
  const waits = [0, 1, 2, 3].map(() => {
    delays.add(definition, 1000);
    return delays.deadline(definition) - 1000;
  });
  expect(waits).toEqual([1000, 2000, 3000, 3000]);
  delays.forgetPassed(3999);
  expect(delays.deadline(definition)).toBe(4000);
  delays.forgetPassed(4000);
  expect(delays.deadline(definition)).toBe(0);
});

test("subscribers that fail are left alone for 2, 4, 8 … seconds", () => {
  expect([1, 2, 3].map(backoffMs)).toEqual([2000, 4000, 8000]);
});

test("the text form of the task list, to the byte", () => {
  const apps = [
    app({ ports: [10000, 10001] }),
    app({ id: "/a/b", ports: [10002] }),
    app({ id: "/none", ports: [] }),
  ];
  const tasks = [
    task("1", { ports: [31000, 31001] }),
    task("2", { host: "h2", ports: [31002, 31003] }),
    task("3", { state: "TASK_STAGING" }),
    task("4", { appId: "/none", ports: [] }),
  ];
  expect(endpointLines(apps, tasks)).toBe(
    "app\t10000\th1:31000\th2:31002\t\n" +
      "app\t10001\th1:31001\th2:31003\t\n" +
      "a_b\t10002\t\n" +
      "none\t \th1 \n",
  );
});

test("searching apps", () => {
  const one = app({ labels: { tier: "web" } });
  const found = (query: object) => appFilter(query)(one);
  expect(
    [{ id: "AP" }, { cmd: "SLEEP" }, { label: "tier==web" }, { label: "tier in (a, web)" }].map(found),
  ).toEqual([true, true, true, true]);
  expect([{ id: "x" }, { label: "tier!=web" }, { label: "zone" }].map(found)).toEqual([false, false, false]);
  expect(() => found({ label: "((" })).toThrow("label selector");
});
