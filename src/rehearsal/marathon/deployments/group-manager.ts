import { unknownApp } from "../apps/api-error.ts";
import { applyUpdate, isUpgrade } from "../apps/app-definition.ts";
import { defaults } from "../apps/defaults.ts";
import type { AppDefinition, AppUpdate, MarathonTask } from "../apps/model.ts";
import { parentId } from "../apps/path-id.ts";
import type { Registry } from "../apps/registry.ts";
import { assignServicePorts, type PortRange, servicePorts } from "../apps/service-ports.ts";
import { nextVersion } from "../apps/timestamp.ts";
import { edited, type Tree } from "../apps/tree.ts";
import { treeViolations } from "../apps/tree-validation.ts";
import { mustBeSupported, mustBeValid } from "../apps/validation.ts";
import type { EventBus } from "../events/event-bus.ts";
import type { Scheduler } from "../tasks/scheduler.ts";
import type { Deployment, Deployments } from "./deployments.ts";
import { affectedApps, type Plan, planOf } from "./plan.ts";
import { reverted } from "./revert.ts";
import { versioned } from "./versions.ts";

export interface GroupManagerParts {
  readonly registry: Registry;
  readonly deployments: Deployments;
  readonly scheduler: Scheduler;
  readonly bus: EventBus;
  readonly servicePorts: PortRange;
}

/** A change of all apps and groups. */
export interface Change {
  /** The group that it is about, for the events. */
  readonly groupId: string;
  readonly change: (tree: Tree, version: string) => Tree;
  readonly force: boolean;
  /** The apps whose tasks are to be replaced even if nothing of their definition changes. */
  readonly replaced?: readonly string[];
  /** What is done before the new tree is looked at by anybody. */
  readonly first?: () => void;
}

/** Turns one set of apps and groups into another: each change becomes a deployment. One is worked out at a time. */
export class GroupManager {
  private readonly parts: GroupManagerParts;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(parts: GroupManagerParts) {
    this.parts = parts;
  }

  /** @throws ApiError 409 when something else works on these apps, 422 when the new tree is not valid. */
  update(change: Change): Promise<Plan> {
    return this.alone(() => this.perform(change));
  }

  /** What an update would do, without doing it. @throws ApiError as `update`. */
  dryRun({ change, replaced = [] }: Pick<Change, "change" | "replaced">): Promise<Plan> {
    return this.alone(async () => this.planFor(change, this.version(), new Set(replaced)));
  }

  /**
   * Changes one app, or makes it.
   * @param next told the app as it is, or undefined
   */
  updateApp(
    id: string,
    next: (current: AppDefinition | undefined) => AppDefinition,
    force: boolean,
  ): Promise<Plan> {
    const change = (tree: Tree) => edited(tree, (draft) => draft.putApp(next(tree.apps.get(id))));
    return this.update({ groupId: parentId(id), change, force });
  }

  /** The app with a request's fields laid over it; with a version the app as it was then. @throws ApiError 404, 422 */
  updated(id: string, current: AppDefinition | undefined, update: AppUpdate): AppDefinition {
    if (current === undefined || update.version === undefined)
      return applyUpdate(current ?? { id, ...defaults, version: "" }, update);
    const old = this.parts.registry.app(id)?.versions.find(({ version }) => version === update.version);
    if (old === undefined) throw unknownApp(id);
    return old;
  }

  /** Replaces every task of the app. @throws ApiError 404, 409 */
  restart(id: string, force: boolean): Promise<Plan> {
    const change = (tree: Tree) => edited(tree, (draft) => draft.putApp({ ...known(tree, id) }));
    return this.update({ groupId: parentId(id), change, force, replaced: [id] });
  }

  /** Kills tasks and lowers their apps' instances by as many. @throws ApiError 404, 409 */
  killAndScale(tasks: readonly MarathonTask[], appIds: readonly string[], force: boolean): Promise<Plan> {
    const change = (tree: Tree) =>
      edited(tree, (draft) => {
        for (const id of appIds) {
          const app = known(tree, id);
          const killed = tasks.filter((task) => task.appId === id).length;
          draft.putApp({ ...app, instances: Math.max(0, app.instances - killed) });
        }
      });
    const first = () => this.parts.scheduler.kill(tasks);
    return this.update({ groupId: "/", change, force, first });
  }

  /** Ends a deployment by a new one that goes back to what was before. */
  rollBack({ plan }: Deployment): Promise<Plan> {
    const change = (tree: Tree) => reverted(tree, plan.original, plan.target);
    return this.update({ groupId: "/", change, force: true, replaced: restarted(plan) });
  }

  private async perform({ groupId, change, force, replaced = [], first }: Change): Promise<Plan> {
    const { registry, deployments, scheduler, bus } = this.parts;
    const version = this.version();
    try {
      const again = new Set(replaced);
      const plan = this.planFor(change, version, again);
      deployments.claim(affectedApps(plan), force);
      deployments.add(plan);
      first?.();
      await registry.saveTree(plan.target, again).catch((error) => {
        deployments.giveUp(plan);
        throw error;
      });
      for (const app of plan.target.apps.values())
        if (differs(plan.original, app)) scheduler.delays.reset(app);
      bus.publish("group_change_success", () => ({ groupId, version }));
      deployments.begin(plan);
      return plan;
    } catch (error) {
      bus.publish("group_change_failed", () => ({ groupId, version, reason: (error as Error).message }));
      throw error;
    }
  }

  private planFor(change: Change["change"], version: string, replaced: ReadonlySet<string>): Plan {
    const original = this.parts.registry.tree;
    const target = versioned(
      original,
      this.withPorts(original, change(original, version)),
      version,
      replaced,
    );
    mustBeValid(treeViolations(target));
    for (const app of target.apps.values()) if (original.apps.get(app.id) !== app) mustBeSupported(app);
    return planOf(original, target, replaced);
  }

  private withPorts(original: Tree, target: Tree): Tree {
    return edited(target, ({ apps }) => {
      const taken = portsOf(original.apps, apps);
      for (const app of apps.values()) {
        const previous = original.apps.get(app.id);
        if (app === previous) continue;
        apps.set(app.id, assignServicePorts(app, taken, previous, this.parts.servicePorts));
      }
    });
  }

  private version(): string {
    return nextVersion([this.parts.registry.tree.version]);
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => {});
    return result;
  }
}

function known(tree: Tree, id: string): AppDefinition {
  const app = tree.apps.get(id);
  if (app === undefined) throw unknownApp(id);
  return app;
}

/** Of the apps as they were and as they shall be. */
function portsOf(before: Tree["apps"], after: Tree["apps"]): Set<number> {
  const ports = new Set<number>();
  const note = (app: AppDefinition) => {
    for (const port of servicePorts(app)) ports.add(port);
  };
  for (const app of after.values()) note(app);
  for (const app of before.values()) if (after.get(app.id) !== app) note(app);
  return ports;
}

function differs(original: Tree, app: AppDefinition): boolean {
  const old = original.apps.get(app.id);
  return old === undefined || (old !== app && isUpgrade(old, app));
}

/** The apps whose tasks a plan may have replaced already: going back means to replace them again. */
function restarted({ steps, target, original }: Plan): readonly string[] {
  return steps
    .flat()
    .filter(
      ({ action, app }) => action === "RestartApplication" && target.apps.has(app) && original.apps.has(app),
    )
    .map(({ app }) => app);
}
