import { verifyLab } from "../../claims/verdict.ts";
import { findApp } from "../../demo/services.ts";
import { clean } from "../../untrusted.ts";
import { done, type LessonStage, type Look, notYet } from "../stage.ts";
import type { Scene } from "./fault.ts";
import { visitorsAnswer } from "./plant.ts";

const claimMs = 30_000;
/** Two looks at a task that is killed again and again find two tasks. */
const steadyMs = 4_000;

/**
 * Whether the lab is whole again, whatever was done to it: the victim runs as wanted and stays, its visitors get the page,
 * and every claim about the lab holds. Tells no more of the fault than that.
 */
export async function isRepaired(stage: LessonStage, { victim }: Scene): Promise<Look> {
  const first = await runs(stage, victim);
  if ("done" in first) return first;
  const answer = await visitorsAnswer(stage);
  if (answer !== undefined)
    return notYet(`visitors do not get the page: ${answer}`, `访问者看不到页面：${answer}`);
  const [verdict] = await Promise.all([
    verifyLab(stage.lab, { timeoutMs: claimMs, startingMs: claimMs, signal: stage.signal }),
    new Promise((resolve) => setTimeout(resolve, steadyMs)),
  ]);
  const failing = verdict.results.find(({ holds }) => !holds);
  if (failing !== undefined)
    return notYet(
      `not all of the lab is well: ${failing.title} (${failing.machine}): ${failing.seen}`,
      `实验环境还没有完全恢复：${failing.title}（${failing.machine}）：${failing.seen}`,
    );
  const second = await runs(stage, victim);
  if ("done" in second) return second;
  return first.tasks.every((id) => second.tasks.includes(id)) && (await visitorsAnswer(stage)) === undefined
    ? done
    : notYet("the app's tasks do not last", "应用的任务活不长");
}

async function runs(
  stage: LessonStage,
  victim: string,
): Promise<Look | { readonly tasks: readonly string[] }> {
  const app = await findApp(stage.http, stage.at.marathon, victim, stage.signal);
  if (app === undefined) return notYet(`Marathon has no app ${victim}`, `Marathon 里没有应用 ${victim}`);
  if (app.instances === 0 || app.tasksRunning < app.instances)
    return notYet(
      `${app.tasksRunning} of ${app.instances} tasks of ${victim} run`,
      `${victim} 的 ${app.instances} 个任务中有 ${app.tasksRunning} 个在运行`,
    );
  if (app.deployments.length > 0)
    return notYet(`a deployment of ${victim} goes on`, `${victim} 的部署还在进行`);
  return { tasks: app.tasks.map(({ id }) => clean(id, 200)) };
}
