import { describe, expect, test } from "vitest";
import { newDefinition } from "../../../../src/rehearsal/marathon/apps/app-definition.ts";
import { History } from "../../../../src/rehearsal/marathon/apps/history.ts";
import {
  edited,
  emptyTree,
  groupIn,
  type Tree,
  treeOf,
} from "../../../../src/rehearsal/marathon/apps/tree.ts";
import { Deployments, deploymentInfo } from "../../../../src/rehearsal/marathon/deployments/deployments.ts";
import { planOf } from "../../../../src/rehearsal/marathon/deployments/plan.ts";
import { EventBus } from "../../../../src/rehearsal/marathon/events/event-bus.ts";
import { createMemoryTree } from "../../../../src/rehearsal/store/memory-store.ts";

const at = (second: number) => new Date(Date.UTC(2016, 1, 1, 0, 0, second)).toISOString();
const app = (id: string, dependencies: string[] = [], version = at(0)) =>
  newDefinition({ id, cmd: "x", instances: 2, dependencies, version });
const empty = emptyTree(at(0));
const two = treeOf([app("/db"), app("/web", ["/db"])], at(1));

function deploying(original: Tree, target: Tree) {
  const bus = new EventBus();
  const events: string[] = [];
  bus.listen(({ eventType }) => events.push(eventType));
  const turns: string[] = [];
  const deployments = new Deployments(bus, (ids) => turns.push(ids.join(" ")));
  const plan = planOf(original, target);
  deployments.add(plan);
  return { deployments, plan, events, turns };
}

describe("a deployment", () => {
  test("gives each app its turn when those that it depends on are as they should be", () => {
    const { deployments, plan, events, turns } = deploying(empty, two);
    expect(deployments.instancesNow("/db", 2)).toBe(0);
    deployments.begin(plan);
    deployments.settled("/db");
    deployments.settled("/web");
    expect([deployments.instancesNow("/db", 2), deployments.instancesNow("/web", 2)]).toEqual([2, 0]);
    expect(deployments.list().map(deploymentInfo)).toMatchObject([
      { currentStep: 2, totalSteps: 3, currentActions: [{ action: "ScaleApplication", app: "/db" }] },
    ]);
    // Not its turn: nothing comes of it.
    deployments.settled("/web");
    deployments.settled("/db");
    expect(deployments.instancesNow("/web", 2)).toBe(2);
    deployments.settled("/web");
    expect(deployments.list()).toEqual([]);
    expect(turns).toEqual(["/db /web", "/db", "/web", "/db /web"]);
    expect(events.at(-1)).toBe("deployment_success");
    expect(events.filter((type) => type === "deployment_step_success")).toHaveLength(3);
  });

  test("leaves what an app has alone until its turn comes", () => {
    const more = edited(two, ({ apps }) => {
      for (const old of apps.values()) apps.set(old.id, { ...old, instances: 5, version: at(2) });
    });
    const { deployments, plan } = deploying(two, more);
    deployments.begin(plan);
    expect([deployments.instancesNow("/db", 5), deployments.instancesNow("/web", 5)]).toEqual([5, undefined]);
    expect(deployments.instancesNow("/other", 3)).toBe(3);
  });

  test("keeps its apps from others, who may cancel it by force", () => {
    const { deployments, plan, events } = deploying(empty, two);
    deployments.begin(plan);
    expect(() => deployments.claim(["/web"], false)).toThrow("App is locked by one or more deployments");
    expect(() => deployments.claim(["/other"], false)).not.toThrow();
    deployments.claim(["/web"], true);
    expect([deployments.list(), events.at(-1)]).toEqual([[], "deployment_failed"]);
  });
});

describe("old trees", () => {
  test("are kept for the next leader, the newest 25, with their groups and versions of apps", async () => {
    const tree = createMemoryTree();
    const history = new History(tree(), "/state");
    for (let second = 1; second <= 30; second += 1) {
      const now = edited(treeOf([app("/g/a", [], at(second))], at(second)), (draft) => draft.makeGroup("/e"));
      await history.add(now);
    }
    const next = new History(tree(), "/state");
    await next.load();
    expect(next.versions()).toEqual(history.versions());
    expect([next.versions().length, next.versions()[0], next.versions().at(-1)]).toEqual([25, at(30), at(6)]);
    const find = (id: string, version: string) => app(id, [], version);
    const old = next.tree(at(7), find);
    expect(old && groupIn(old, "/")).toMatchObject({
      version: at(7),
      groups: [{ id: "/e" }, { id: "/g", apps: [{ id: "/g/a", version: at(7) }] }],
    });
    expect(next.tree(at(5), find)).toBeUndefined();
    // A definition that is kept no more is left out.
    expect([...(next.tree(at(7), () => undefined)?.apps.keys() ?? [])]).toEqual([]);
    expect([...next.appIds()]).toEqual(["/g/a"]);
  });
});
