import { randomUUID } from "node:crypto";
import { locked } from "../apps/api-error.ts";
import { groupTree } from "../apps/groups.ts";
import type { AppDefinition } from "../apps/model.ts";
import type { EventBus } from "../events/event-bus.ts";

export type ActionName = "StartApplication" | "ScaleApplication" | "RestartApplication" | "StopApplication";

export interface Action {
  readonly action: ActionName;
  readonly app: string;
}

/** A change of the whole set of apps: what it was, what it is to be. */
export interface Change {
  readonly version: string;
  readonly original: readonly AppDefinition[];
  readonly target: readonly AppDefinition[];
  readonly actions: readonly Action[];
}

export interface Deployment extends Change {
  readonly id: string;
  readonly steps: readonly (readonly Action[])[];
  /** Counted from 1. */
  readonly currentStep: number;
  /** Apps that are not yet as they should be. */
  readonly pending: ReadonlySet<string>;
}

/** The changes under way. Each locks its apps until they have settled. */
export class Deployments {
  private readonly bus: EventBus;
  private running: readonly Deployment[] = [];

  constructor(bus: EventBus) {
    this.bus = bus;
  }

  list(): readonly Deployment[] {
    return this.running;
  }

  of(appId: string): readonly Deployment[] {
    return this.running.filter((deployment) => affected(deployment).includes(appId));
  }

  /**
   * Makes sure that nothing else works on these apps; with `force` by cancelling what does.
   * @throws ApiError 409
   */
  claim(appIds: readonly string[], force: boolean): void {
    const holders = this.running.filter((deployment) =>
      affected(deployment).some((id) => appIds.includes(id)),
    );
    if (holders.length > 0 && !force) throw locked(holders.map((deployment) => deployment.id));
    for (const holder of holders) this.cancel(holder.id);
  }

  start(change: Change): Deployment {
    const steps = stepsOf(change.actions);
    const deployment: Deployment = {
      ...change,
      id: randomUUID(),
      steps,
      currentStep: 1,
      pending: new Set(change.actions.map((action) => action.app)),
    };
    this.running = [...this.running, deployment];
    this.announce("deployment_info", deployment);
    // Preparing an app is done as soon as it is written down; only the last step takes time.
    for (let step = 1; step < steps.length; step += 1) this.advance(deployment.id);
    if (deployment.pending.size === 0) this.finish(deployment.id);
    return deployment;
  }

  /** Tells that an app is as its definition wants it. */
  settled(appId: string): void {
    for (const deployment of this.running) {
      if (!deployment.pending.has(appId)) continue;
      const pending = new Set([...deployment.pending].filter((id) => id !== appId));
      this.replace({ ...deployment, pending });
      if (pending.size === 0) this.finish(deployment.id);
    }
  }

  cancel(id: string): void {
    const deployment = this.take(id);
    if (deployment !== undefined) this.bus.publish("deployment_failed", { id, plan: plan(deployment) });
  }

  private advance(id: string): void {
    const deployment = this.running.find((other) => other.id === id);
    if (deployment === undefined) return;
    this.announce("deployment_step_success", deployment);
    const next = { ...deployment, currentStep: deployment.currentStep + 1 };
    this.replace(next);
    this.announce("deployment_info", next);
  }

  private finish(id: string): void {
    const deployment = this.take(id);
    if (deployment === undefined) return;
    if (deployment.steps.length > 0) this.announce("deployment_step_success", deployment);
    this.bus.publish("deployment_success", { id, plan: plan(deployment) });
  }

  private take(id: string): Deployment | undefined {
    const found = this.running.find((deployment) => deployment.id === id);
    this.running = this.running.filter((deployment) => deployment.id !== id);
    return found;
  }

  private replace(deployment: Deployment): void {
    this.running = this.running.map((other) => (other.id === deployment.id ? deployment : other));
  }

  private announce(eventType: string, deployment: Deployment): void {
    const actions = deployment.steps[deployment.currentStep - 1] ?? [];
    this.bus.publish(eventType, { plan: plan(deployment), currentStep: step(actions) });
  }
}

/** New apps are started with no tasks first and scaled up second. */
function stepsOf(actions: readonly Action[]): readonly (readonly Action[])[] {
  const starts = actions.filter((action) => action.action === "StartApplication");
  const rest = actions.map(
    (action): Action => (starts.includes(action) ? { ...action, action: "ScaleApplication" } : action),
  );
  return [starts, rest].filter((list) => list.length > 0);
}

export function affected(deployment: Deployment): readonly string[] {
  return [...new Set(deployment.actions.map((action) => action.app))];
}

/** As `GET /v2/deployments` shows it. */
export function deploymentInfo(deployment: Deployment): Record<string, unknown> {
  return {
    id: deployment.id,
    version: deployment.version,
    affectedApps: affected(deployment),
    steps: deployment.steps,
    currentActions: deployment.steps[deployment.currentStep - 1] ?? [],
    currentStep: deployment.currentStep,
    totalSteps: deployment.steps.length,
  };
}

function step(actions: readonly Action[]): Record<string, unknown> {
  return { actions: actions.map(({ action, app }) => ({ type: action, app })) };
}

function plan(deployment: Deployment): Record<string, unknown> {
  return {
    id: deployment.id,
    original: groupTree(deployment.original, deployment.version),
    target: groupTree(deployment.target, deployment.version),
    steps: deployment.steps.map(step),
    version: deployment.version,
  };
}
