import { conflict, unknownApp } from "../apps/api-error.ts";
import { applyUpdate, isUpgrade, newDefinition } from "../apps/app-definition.ts";
import { defaults } from "../apps/defaults.ts";
import { type AppDefinition, type AppUpdate, configVersion, type MarathonTask } from "../apps/model.ts";
import { parentId } from "../apps/path-id.ts";
import type { Registry } from "../apps/registry.ts";
import { assignServicePorts, type PortRange, servicePorts } from "../apps/service-ports.ts";
import { nextVersion } from "../apps/timestamp.ts";
import { appViolations, mustBeSupported, mustBeValid } from "../apps/validation.ts";
import type { EventBus } from "../events/event-bus.ts";
import type { Scheduler } from "../tasks/scheduler.ts";
import type { Action, Deployment, Deployments } from "./deployments.ts";

export interface AppServiceParts {
  readonly registry: Registry;
  readonly deployments: Deployments;
  readonly scheduler: Scheduler;
  readonly bus: EventBus;
  readonly servicePorts: PortRange;
}

export interface Created {
  readonly app: AppDefinition;
  readonly deployment: Deployment;
}

export interface Updated extends Created {
  readonly isNew: boolean;
}

/** Changes to the set of apps: each becomes a deployment. One is worked out at a time. */
export class AppService {
  private readonly parts: AppServiceParts;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(parts: AppServiceParts) {
    this.parts = parts;
  }

  /** @throws ApiError 409 when the app exists, 422 when it is not valid. */
  create(fields: AppUpdate & { readonly id: string }, force: boolean): Promise<Created> {
    return this.alone(async () => {
      const wanted = newDefinition(fields);
      const { id } = wanted;
      checked(wanted);
      if (this.parts.registry.app(id) !== undefined) throw conflict(`An app with id [${id}] already exists.`);
      const app = this.prepared(wanted, undefined, []);
      const deployment = await this.deploy([app], [{ action: "StartApplication", app: id }], force);
      // As it was asked for: its ports are chosen, but not told yet.
      return { app: { ...wanted, ports: servicePorts(wanted), version: app.version }, deployment };
    });
  }

  /** Changes apps, or creates those that are missing. @throws ApiError 404, 409, 422 */
  update(
    updates: readonly { readonly id: string; readonly update: AppUpdate }[],
    force: boolean,
  ): Promise<Updated[]> {
    return this.alone(async () => {
      const apps: AppDefinition[] = [];
      const actions: Action[] = [];
      const known = updates.map(({ id }) => this.parts.registry.app(id)?.app);
      updates.forEach(({ id, update }, index) => {
        const current = known[index];
        const next = this.next(id, current, update, apps);
        apps.push(next);
        if (current === undefined) actions.push({ action: "StartApplication", app: id });
        else if (configVersion(next) !== configVersion(current))
          actions.push({ action: "RestartApplication", app: id });
        else if (next.instances !== current.instances) actions.push({ action: "ScaleApplication", app: id });
      });
      const deployment = await this.deploy(apps, actions, force);
      return apps.map((app, index) => ({ app, deployment, isNew: known[index] === undefined }));
    });
  }

  /** @throws ApiError 404, 409 */
  remove(id: string, force: boolean): Promise<Deployment> {
    return this.alone(async () => {
      const { registry, deployments, scheduler, bus } = this.parts;
      if (registry.app(id) === undefined) throw unknownApp(id);
      deployments.claim([id], force);
      const original = registry.definitions();
      await registry.dropApp(id);
      const version = this.version();
      bus.publish("group_change_success", { groupId: parentId(id), version });
      const deployment = deployments.start({
        version,
        original,
        target: registry.definitions(),
        actions: [{ action: "StopApplication", app: id }],
      });
      scheduler.tend(id);
      return deployment;
    });
  }

  /** Replaces every task of the app. @throws ApiError 404, 409 */
  restart(id: string, force: boolean): Promise<Deployment> {
    return this.alone(async () => {
      const current = this.parts.registry.app(id)?.app;
      if (current === undefined) throw unknownApp(id);
      const version = this.version();
      const app = {
        ...current,
        version,
        versionInfo: { lastScalingAt: version, lastConfigChangeAt: version },
      };
      return this.deploy([app], [{ action: "RestartApplication", app: id }], force);
    });
  }

  /** Kills tasks and lowers their apps' instances by as many. @throws ApiError 404, 409 */
  killAndScale(
    tasks: readonly MarathonTask[],
    appIds: readonly string[],
    force: boolean,
  ): Promise<Deployment> {
    return this.alone(async () => {
      const version = this.version();
      const apps = appIds.map((id) => {
        const app = this.parts.registry.app(id)?.app;
        if (app === undefined) throw unknownApp(id);
        const instances = Math.max(0, app.instances - tasks.filter((task) => task.appId === id).length);
        return this.versioned({ ...app, instances }, app, version);
      });
      this.parts.deployments.claim(appIds, force);
      this.parts.scheduler.kill(tasks);
      return this.deploy(
        apps,
        appIds.map((app) => ({ action: "ScaleApplication", app })),
        force,
      );
    });
  }

  /** Ends a deployment; without `force` by a new one that goes back to what was before. */
  cancel(deployment: Deployment, force: boolean): Promise<Deployment | undefined> {
    return this.alone(async () => {
      const { deployments, registry, scheduler } = this.parts;
      const ids = [...new Set(deployment.actions.map((action) => action.app))];
      deployments.cancel(deployment.id);
      if (force) return undefined;
      const back = ids.map((id) => deployment.original.find((app) => app.id === id));
      const version = this.version();
      const restored = back.filter((app) => app !== undefined).map((app) => this.reverted(app, version));
      const original = registry.definitions();
      const gone = ids.filter((_id, index) => back[index] === undefined);
      for (const id of gone) await registry.dropApp(id);
      for (const app of restored) await registry.saveApp(app);
      const actions = [
        ...restored.map((app): Action => ({ action: "RestartApplication", app: app.id })),
        ...gone.map((app): Action => ({ action: "StopApplication", app })),
      ];
      const started = deployments.start({ version, original, target: registry.definitions(), actions });
      for (const id of ids) scheduler.tend(id);
      return started;
    });
  }

  private reverted(app: AppDefinition, version: string): AppDefinition {
    const now = this.parts.registry.app(app.id)?.app;
    const same = now !== undefined && configVersion(now) === configVersion(app);
    // Tasks of the definition that is given up are newer than the old one's: they need a version newer still.
    const lastConfigChangeAt = same ? configVersion(app) : version;
    return { ...app, version, versionInfo: { lastScalingAt: version, lastConfigChangeAt } };
  }

  private next(
    id: string,
    current: AppDefinition | undefined,
    update: AppUpdate,
    siblings: readonly AppDefinition[],
  ): AppDefinition {
    if (current === undefined || update.version === undefined) {
      const base = current ?? { ...defaults, id, version: "" };
      return this.prepared(checked(applyUpdate(base, update)), current, siblings);
    }
    const old = this.parts.registry.app(id)?.versions.find((app) => app.version === update.version);
    if (old === undefined) throw unknownApp(id);
    return this.prepared(old, current, siblings);
  }

  /** With ports and versions filled in; the very same definition where nothing differs. */
  private prepared(
    wanted: AppDefinition,
    current: AppDefinition | undefined,
    siblings: readonly AppDefinition[],
  ): AppDefinition {
    const others = [...this.parts.registry.definitions(), ...siblings].filter((app) => app.id !== wanted.id);
    const app = assignServicePorts(wanted, others, current, this.parts.servicePorts);
    const version = this.version();
    if (current === undefined) {
      const { versionInfo: _none, ...fresh } = app;
      return { ...fresh, version };
    }
    const changed = isUpgrade(current, app) || app.instances !== current.instances;
    return changed ? this.versioned(app, current, version) : current;
  }

  private versioned(app: AppDefinition, current: AppDefinition, version: string): AppDefinition {
    const lastConfigChangeAt = isUpgrade(current, app) ? version : configVersion(current);
    return { ...app, version, versionInfo: { lastScalingAt: version, lastConfigChangeAt } };
  }

  private async deploy(
    apps: readonly AppDefinition[],
    actions: readonly Action[],
    force: boolean,
  ): Promise<Deployment> {
    const { registry, deployments, scheduler, bus } = this.parts;
    deployments.claim(
      apps.map((app) => app.id),
      force,
    );
    const original = registry.definitions();
    const version = apps[0]?.version ?? this.version();
    for (const app of apps) await registry.saveApp(withVersionInfo(app));
    const groupId = apps.length === 1 && apps[0] !== undefined ? parentId(apps[0].id) : "/";
    bus.publish("group_change_success", { groupId, version });
    const deployment = deployments.start({ version, original, target: registry.definitions(), actions });
    for (const app of apps) {
      scheduler.delays.reset(app);
      scheduler.tend(app.id);
    }
    return deployment;
  }

  private version(): string {
    return nextVersion(this.parts.registry.definitions().map((app) => app.version));
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => {});
    return result;
  }
}

/** @throws ApiError 422 */
function checked(app: AppDefinition): AppDefinition {
  mustBeValid(appViolations(app));
  mustBeSupported(app);
  return app;
}

function withVersionInfo(app: AppDefinition): AppDefinition {
  if (app.versionInfo !== undefined) return app;
  return { ...app, versionInfo: { lastScalingAt: app.version, lastConfigChangeAt: app.version } };
}
