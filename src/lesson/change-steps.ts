import { isAsWanted, progressOf } from "../demo/app.ts";
import { encodePath, findRules, refused } from "../demo/services.ts";
import { demoAcl, isWelcomePage, narrowAcl, tomcatApp } from "../lab/demo.ts";
import type { StepId, StepText } from "../render/lesson/words.ts";
import { clean } from "../untrusted.ts";
import { appId, frontPage, lessonApp, noApp, served } from "./page.ts";
import { bringState } from "./restore.ts";
import { type DrillDone, done, type LessonStage, type Look, notYet, type Step } from "./stage.ts";
import { endedIn, endOfTasks, tasksNow } from "./task-ends.ts";

type Change = Omit<Step, "text">;

const changes: Partial<Record<StepId, Change>> = {
  deploy: {
    look: (stage) => whileRunning(stage),
    solve: (stage) => bring(stage, { app: "running" }),
  },
  rule: {
    look: async (stage) => {
      if (!(await hasRule(stage)))
        return notYet("Bamboo has no rule for /tomcat", "Bamboo 里还没有 /tomcat 的规则");
      return whileRunning(stage, served);
    },
    solve: (stage) => bring(stage, { app: "running", acl: demoAcl }),
  },
  "rule-api": {
    look: async (stage) => {
      if (!(await hasRule(stage)))
        return notYet("Bamboo has no rule for /tomcat", "Bamboo 里没有 /tomcat 的规则");
      const other = await frontPage(stage, "other.example");
      if (other !== undefined && isWelcomePage(other.text, other.status))
        return notYet(
          "a visitor under the name other.example still gets the page",
          "用名字 other.example 访问的人仍然能看到页面",
          // Bamboo may still be writing HAProxy's configuration.
          (await ruleOf(stage)) !== demoAcl,
        );
      return whileRunning(stage, served);
    },
    solve: (stage) => bring(stage, { app: "running", acl: narrowAcl(stage.lab) }),
  },
  kill: {
    begin: tasksNow,
    look: (stage) => endedIn(stage, "killed", served),
    solve: async (stage) => {
      const url = `${stage.at.marathon}/v2/apps/${encodePath(appId(stage))}/tasks`;
      const answer = await stage.http.send("DELETE", url, undefined, { signal: stage.signal });
      if (answer.status !== 200) throw refused("Marathon", answer);
      return endOfTasks(stage, served);
    },
  },
  suspend: {
    look: async (stage) => {
      const app = await lessonApp(stage);
      if (app === undefined) return noApp;
      if (app.instances > 0)
        return notYet(
          `Marathon shall run ${app.instances} of it`,
          `Marathon 还要运行 ${app.instances} 个实例`,
        );
      if (app.tasks.length > 0) return notYet("its task still ends", "任务还在结束", true);
      const answer = await frontPage(stage);
      return answer === undefined || answer.status === 503
        ? done
        : notYet(`the proxy answers ${answer.status}`, `代理回答 ${answer.status}`, true);
    },
    solve: (stage) => bring(stage, { app: "suspended", acl: narrowAcl(stage.lab) }),
  },
  resume: {
    look: (stage) => whileRunning(stage, served),
    solve: (stage) => bring(stage, { app: "running", acl: narrowAcl(stage.lab) }),
  },
  container: {
    begin: tasksNow,
    look: (stage) => endedIn(stage, "removed", served),
    solve: async (stage) => {
      const [task] = (await lessonApp(stage))?.tasks ?? [];
      if (task === undefined) throw new Error("the app has no task");
      await stage.removeTask(task.host, task.ports[0] ?? 0);
      return endOfTasks(stage, served);
    },
  },
  drill: drillStep({ compare: false }),
  compare: drillStep({ compare: true }),
};

/** A step that changes the lab, or looks how it changes; undefined where the step is none. */
export function changeStep(text: StepText): Step | undefined {
  const change = changes[text.id];
  return change && { text, ...change };
}

function drillStep({ compare }: { readonly compare: boolean }): Change {
  const isRight = ({ recovered, ways }: DrillDone) => recovered && (!compare || ways > 1);
  return {
    begin: async ({ reports }) => reports().map(({ name }) => name),
    look: async ({ reports, noted }) => {
      const news = reports().filter(({ name }) => !(noted ?? []).includes(name));
      if (news.some(isRight)) return done;
      const [one] = news;
      return one === undefined
        ? notYet("no drill has been done since the step began", "这一步开始以来还没有做过演练")
        : notYet(
            `of the drill ${clean(one.name, 80)}, the lab did not recover or too little was looked at`,
            `演练 ${clean(one.name, 80)}：实验环境没有恢复，或者观察的方法不够`,
          );
    },
    solve: async (stage) => {
      await stage.drill("kill-task", { compare });
      return undefined;
    },
  };
}

/** Whether the tutorial's app runs; then what else must be so. */
async function whileRunning(stage: LessonStage, then?: (stage: LessonStage) => Promise<Look>): Promise<Look> {
  const app = await lessonApp(stage);
  if (app === undefined) return noApp;
  const { container } = tomcatApp(stage.lab);
  if (!isAsWanted(container, app.container))
    return notYet(
      "/tomcat is not the lesson's app: its container differs",
      "/tomcat 不是课程里的应用：容器不同",
    );
  if (app.instances === 0) return notYet("the app is suspended", "应用被暂停了");
  const settled = app.tasksRunning > 0 && app.deployments.length === 0;
  if (!settled) return notYet(progressOf(app), `任务还没有运行：${progressOf(app)}`, true);
  return then === undefined ? done : then(stage);
}

async function ruleOf({ http, at, signal, lab }: LessonStage): Promise<string | undefined> {
  if (at.bamboo === undefined) return undefined;
  return (await findRules(http, at.bamboo, signal)).get(appId({ lab }));
}

async function hasRule(stage: LessonStage): Promise<boolean> {
  return (await ruleOf(stage)) !== undefined;
}

async function bring(stage: LessonStage, state: Parameters<typeof bringState>[1]): Promise<undefined> {
  await bringState(stage, state);
  return undefined;
}
