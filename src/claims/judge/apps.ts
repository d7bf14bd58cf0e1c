import type { MarathonApp } from "../../probes/marathon.ts";
import type { Judgement } from "../claim.ts";

/** Every application that wants tasks has at least one that runs. Fewer than it wants may be all that the slaves have room for. */
export function judgeApps(apps: readonly MarathonApp[]): Judgement {
  const wanting = apps.filter(({ instances }) => instances > 0);
  const starving = wanting.filter(({ tasksRunning }) => (tasksRunning ?? 0) === 0);
  const seen = (starving.length > 0 ? starving : wanting).map(
    ({ id, instances, tasksRunning, tasksStaged }) => {
      const staged = (tasksStaged ?? 0) > 0 ? `, ${tasksStaged} still starting` : "";
      return `${id} ${tasksRunning ?? 0} of ${instances}${staged}`;
    },
  );
  return {
    holds: starving.length === 0,
    seen: seen.join("; ") || "no application wants tasks",
    starting: starving.length > 0 && starving.every(({ tasksStaged }) => (tasksStaged ?? 0) > 0),
  };
}
