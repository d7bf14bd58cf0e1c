import { type Written, writtenObject } from "../../json/written.ts";
import { locked } from "../apps/api-error.ts";
import { treeJson } from "../apps/tree-json.ts";
import type { EventBus } from "../events/event-bus.ts";
import type { Turns } from "../tasks/scheduler.ts";
import { affectedApps, type Plan, type Step } from "./plan.ts";

/** A plan under way. */
export interface Deployment {
  readonly plan: Plan;
  /** Of each app the step, counted from 1, in which it becomes what it is to be. */
  readonly turns: ReadonlyMap<string, number>;
  /** Counted from 1; 0 while nothing has been done. */
  readonly currentStep: number;
  /** Apps of the current step that are not yet as they should be. */
  readonly pending: ReadonlySet<string>;
}

/** The plans under way. Each locks its apps until its last step is done. */
export class Deployments implements Turns {
  private readonly bus: EventBus;
  private readonly onStep: (appIds: readonly string[]) => void;
  private running: readonly Deployment[] = [];

  /** @param onStep these apps may change what they are: it is their turn, or nothing holds them any more */
  constructor(bus: EventBus, onStep: (appIds: readonly string[]) => void) {
    this.bus = bus;
    this.onStep = onStep;
  }

  list(): readonly Deployment[] {
    return this.running;
  }

  of(appId: string): readonly Deployment[] {
    return this.running.filter(({ turns }) => turns.has(appId));
  }

  /**
   * Makes sure that nothing else works on these apps; with `force` by cancelling what does.
   * @throws ApiError 409
   */
  claim(appIds: readonly string[], force: boolean): void {
    const holders = this.running.filter(({ turns }) => appIds.some((id) => turns.has(id)));
    if (holders.length > 0 && !force) throw locked(holders.map(({ plan }) => plan.id));
    for (const { plan } of holders) this.cancel(plan.id);
  }

  /** From now on the plan holds its apps. */
  add(plan: Plan): void {
    const turns = new Map(
      plan.steps.flatMap((step, index) => step.map(({ app }) => [app, index + 1] as const)),
    );
    this.running = [...this.running, { plan, turns, currentStep: 0, pending: new Set() }];
  }

  begin(plan: Plan): void {
    this.next(plan.id);
  }

  /** Forgets a plan that could not be begun. */
  giveUp(plan: Plan): void {
    this.take(plan.id);
  }

  /**
   * How many instances an app is to have at this point of its deployment, or undefined while its turn has not come:
   * what it has then stays. An app that is not deployed is to have all.
   */
  instancesNow(appId: string, instances: number): number | undefined {
    const holder = this.running.find(({ turns }) => turns.has(appId));
    if (holder === undefined || holder.currentStep >= (holder.turns.get(appId) ?? 0)) return instances;
    return holder.plan.original.apps.has(appId) ? undefined : 0;
  }

  /** Tells that an app is as it should be at this point. */
  settled(appId: string): void {
    const deployment = this.running.find(({ pending }) => pending.has(appId));
    if (deployment === undefined) return;
    const pending = new Set([...deployment.pending].filter((id) => id !== appId));
    this.replace({ ...deployment, pending });
    if (pending.size === 0) this.finishStep(deployment.plan.id);
  }

  cancel(id: string): void {
    const deployment = this.take(id);
    if (deployment === undefined) return;
    this.bus.publish("deployment_failed", () => ({ id, plan: planJson(deployment.plan) }));
    this.onStep(affectedApps(deployment.plan));
  }

  private next(id: string): void {
    const deployment = this.find(id);
    if (deployment === undefined) return;
    const currentStep = deployment.currentStep + 1;
    const step = deployment.plan.steps[currentStep - 1];
    if (step === undefined) {
      this.take(id);
      this.bus.publish("deployment_success", () => ({ id, plan: planJson(deployment.plan) }));
      this.onStep(affectedApps(deployment.plan));
      return;
    }
    const apps = step.map(({ app }) => app);
    this.replace({ ...deployment, currentStep, pending: new Set(apps) });
    this.announce("deployment_info", deployment.plan, step);
    this.onStep(apps);
  }

  private finishStep(id: string): void {
    const deployment = this.find(id);
    const step = deployment?.plan.steps[deployment.currentStep - 1];
    if (deployment === undefined || step === undefined) return;
    this.announce("deployment_step_success", deployment.plan, step);
    this.next(id);
  }

  private find(id: string): Deployment | undefined {
    return this.running.find(({ plan }) => plan.id === id);
  }

  private take(id: string): Deployment | undefined {
    const found = this.find(id);
    this.running = this.running.filter(({ plan }) => plan.id !== id);
    return found;
  }

  private replace(deployment: Deployment): void {
    this.running = this.running.map((other) => (other.plan.id === deployment.plan.id ? deployment : other));
  }

  private announce(eventType: string, plan: Plan, step: Step): void {
    this.bus.publish(eventType, () => ({ plan: planJson(plan), currentStep: stepJson(step) }));
  }
}

/** As `GET /v2/deployments` shows it. */
export function deploymentInfo({ plan, currentStep }: Deployment): Record<string, unknown> {
  return {
    id: plan.id,
    version: plan.version,
    affectedApps: affectedApps(plan),
    steps: plan.steps,
    currentActions: plan.steps[currentStep - 1] ?? [],
    currentStep,
    totalSteps: plan.steps.length,
  };
}

/** As events and dry runs show it. */
export function stepJson(step: Step): Record<string, unknown> {
  return { actions: step.map(({ action, app }) => ({ type: action, app })) };
}

function planJson(plan: Plan): Written {
  return writtenObject({
    id: plan.id,
    original: treeJson(plan.original),
    target: treeJson(plan.target),
    steps: plan.steps.map(stepJson),
    version: plan.version,
  });
}
