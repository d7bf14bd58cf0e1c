import { askLeadingMaster } from "../claims/leader.ts";
import { hostPortsOf } from "../demo/app.ts";
import { LabError } from "../errors.ts";
import { waitFor } from "../probes/wait.ts";
import { clean } from "../untrusted.ts";
import { lessonApp, noApp } from "./page.ts";
import { type LessonStage, type Look, type NotYet, notYet } from "./stage.ts";

/** An image may have to be started on a machine in software. */
const backMs = 300_000;

/** The ids of the app's tasks. */
export async function tasksNow(stage: LessonStage): Promise<readonly string[]> {
  const app = await lessonApp(stage);
  return app?.tasks.map(({ id }) => id) ?? [];
}

/**
 * Whether the tasks that were noted have ended that way and others run in their place.
 * `killed`: through Marathon, which Mesos reports as TASK_KILLED. `removed`: in any other way.
 */
export async function endedIn(
  stage: LessonStage,
  way: "killed" | "removed",
  then: (stage: LessonStage) => Promise<Look>,
): Promise<Look> {
  const { noted = [] } = stage;
  const app = await lessonApp(stage);
  if (app === undefined) return noApp;
  if (noted.length === 0)
    return {
      ...notYet("no task was running when the step began", "这一步开始时没有任务在运行"),
      again: true,
    };
  const left = app.tasks.find(({ id }) => noted.includes(id));
  if (left !== undefined) {
    const { id } = left;
    return notYet(`task ${clean(id, 80)} still runs`, `任务 ${clean(id, 80)} 还在运行`);
  }
  const states = await endStates(stage, noted);
  const wrong = states.find((state) => (state === "TASK_KILLED") !== (way === "killed"));
  if (wrong !== undefined) return { ...wrongEnd(way, wrong), again: true };
  if (app.tasksRunning === 0) return notYet("a new task is starting", "新任务正在启动", true);
  return then(stage);
}

function wrongEnd(way: "killed" | "removed", wrong: string): NotYet {
  return way === "killed"
    ? notYet(
        `the task ended as ${wrong}: it was not killed through Marathon`,
        `任务以 ${wrong} 结束：不是通过 Marathon 杀掉的`,
      )
    : notYet(
        `the task ended as ${wrong}: Marathon killed it, nobody removed its container`,
        `任务以 ${wrong} 结束：是 Marathon 杀掉的，没有人删除容器`,
      );
}

/** How the tasks ended, as far as Mesos remembers it. */
async function endStates({ probes, lab }: LessonStage, ids: readonly string[]): Promise<readonly string[]> {
  const { frameworks } = await askLeadingMaster(probes, lab);
  return frameworks
    .flatMap(({ completed_tasks }) => completed_tasks ?? [])
    .filter(({ id }) => ids.includes(id))
    .map(({ state }) => clean(state, 40));
}

/** Waits until none of the noted tasks runs and the app is served by another one; returns where that is. */
export async function endOfTasks(
  stage: LessonStage,
  then: (stage: LessonStage) => Promise<Look>,
): Promise<string> {
  const { noted = [] } = stage;
  const waited = await waitFor<string>(
    async (signal) => {
      const app = await lessonApp({ ...stage, signal });
      const others = app?.tasks.filter(({ id }) => !noted.includes(id)) ?? [];
      const settled = app !== undefined && others.length === app.tasks.length && app.tasksRunning > 0;
      if (!settled) return { ok: false, seen: "its task ends, or the new one starts" };
      const look = await then({ ...stage, signal });
      return look.done ? { ok: true, value: hostPortsOf(app).join(", ") } : { ok: false, seen: look.why.en };
    },
    { timeoutMs: backMs, signal: stage.signal },
  );
  if (waited.ok) return waited.value;
  throw new LabError("lesson-step-not-reached", `the app is not back within ${backMs / 1000} s`, {
    details: [`last seen: ${waited.seen}`],
    remedy: ["npx mesos-lab verify"],
  });
}
