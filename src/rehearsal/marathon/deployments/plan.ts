import { randomUUID } from "node:crypto";
import { isUpgrade } from "../apps/app-definition.ts";
import { dependenciesOf, depths } from "../apps/dependencies.ts";
import type { AppDefinition } from "../apps/model.ts";
import type { Tree } from "../apps/tree.ts";

export type ActionName = "StartApplication" | "ScaleApplication" | "RestartApplication" | "StopApplication";

export interface Action {
  readonly action: ActionName;
  readonly app: string;
}

export type Step = readonly Action[];

/** How one tree becomes another. The actions of a step are done at once, the steps one after the other. */
export interface Plan {
  readonly id: string;
  readonly version: string;
  readonly original: Tree;
  readonly target: Tree;
  readonly steps: readonly Step[];
}

/**
 * As Marathon 0.15.0 plans it: what is not wanted any more is stopped, what is new is started without tasks, and then
 * everything is brought to its size or replaced, first what depends on nothing, then what depends on that only, and so on.
 * @param replaced the apps whose tasks are to be replaced even if nothing of their definition has changed
 */
export function planOf(original: Tree, target: Tree, replaced: ReadonlySet<string> = new Set()): Plan {
  const stopped = [...original.apps.keys()].filter((id) => !target.apps.has(id));
  const started = [...target.apps.keys()].filter((id) => !original.apps.has(id));
  const found = depths(dependenciesOf(target)) ?? new Map<string, number>();
  const byDepth: Action[][] = [];
  for (const app of target.apps.values()) {
    const action = actionFor(original.apps.get(app.id), app, replaced);
    if (action === undefined) continue;
    const depth = found.get(app.id) ?? 1;
    const level = byDepth[depth] ?? [];
    level.push({ action, app: app.id });
    byDepth[depth] = level;
  }
  const steps = [
    stopped.map((app): Action => ({ action: "StopApplication", app })),
    started.map((app): Action => ({ action: "StartApplication", app })),
    ...byDepth.filter((level) => level !== undefined),
  ];
  return {
    id: randomUUID(),
    version: target.version,
    original,
    target,
    steps: steps.filter((step) => step.length > 0),
  };
}

function actionFor(
  old: AppDefinition | undefined,
  app: AppDefinition,
  replaced: ReadonlySet<string>,
): ActionName | undefined {
  if (old === app) return undefined;
  if (old === undefined) return "ScaleApplication";
  if (replaced.has(app.id) || isUpgrade(old, app)) return "RestartApplication";
  return old.instances === app.instances ? undefined : "ScaleApplication";
}

/** The apps that a plan does something to. */
export function affectedApps(plan: Plan): readonly string[] {
  return [...new Set(plan.steps.flatMap((step) => step.map(({ app }) => app)))];
}
