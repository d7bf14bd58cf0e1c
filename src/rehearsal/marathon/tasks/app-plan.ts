import type { AppDefinition, MarathonTask } from "../apps/model.ts";

/** What is known of a task. */
export interface TaskFacts {
  /** Running, and healthy where the app has health checks. */
  readonly isUp: (task: MarathonTask) => boolean;
  /** A kill is under way; the task still counts until Mesos says that it is gone. */
  readonly isDying: (task: MarathonTask) => boolean;
  /** To be replaced. */
  readonly isOutdated: (task: MarathonTask) => boolean;
}

export interface AppPlan {
  /** How many tasks are to be launched as soon as there are offers. */
  readonly launch: number;
  readonly kill: readonly MarathonTask[];
  /** True when the app is as its definition wants it. */
  readonly settled: boolean;
}

/**
 * What to do next for an app. Outdated tasks are replaced: new ones first, as far as `upgradeStrategy` lets the app
 * grow, and an old one goes as soon as enough of the others are up.
 */
export function planApp(
  app: AppDefinition,
  tasks: readonly MarathonTask[],
  { isUp, isDying, isOutdated }: TaskFacts,
): AppPlan {
  const outdated = tasks.filter(isOutdated);
  const current = tasks.filter((task) => !outdated.includes(task));
  const { minimumHealthCapacity, maximumOverCapacity } = app.upgradeStrategy;
  const least = Math.ceil(app.instances * minimumHealthCapacity);
  const most = Math.floor(app.instances * (1 + maximumOverCapacity));
  // With no room above and none below nothing could ever move: one more task is allowed then.
  const room = most === app.instances && least === app.instances ? most + 1 : most;

  const missing = app.instances - current.length;
  const launch = Math.max(0, outdated.length === 0 ? missing : Math.min(missing, room - tasks.length));
  const living = (list: readonly MarathonTask[]) => list.filter((task) => !isDying(task));
  const newUp = living(current).filter(isUp).length;
  const spareable = Math.max(
    0,
    newUp >= app.instances ? outdated.length : newUp + living(outdated).length - least,
  );
  const surplus = living(current).length - app.instances;
  const kill = [
    ...living(outdated).sort(notUpFirst(isUp)).slice(0, spareable),
    ...(surplus > 0 ? living(current).sort(notUpFirst(isUp)).slice(0, surplus) : []),
  ];
  const settled = outdated.length === 0 && current.length === app.instances && newUp === app.instances;
  return { launch, kill, settled };
}

/** What serves nobody yet goes first, then the youngest. */
function notUpFirst(isUp: (task: MarathonTask) => boolean): (a: MarathonTask, b: MarathonTask) => number {
  return (a, b) => Number(isUp(a)) - Number(isUp(b)) || (a.stagedAt < b.stagedAt ? 1 : -1);
}
