import { absoluteId } from "../demo/app.ts";
import { findApp } from "../demo/services.ts";
import { isWelcomePage, tomcatApp } from "../lab/demo.ts";
import { type Machine, machinesWith, portsOf } from "../lab/model.ts";
import { originOf } from "../probes/context.ts";
import type { HttpAnswer } from "../probes/http.ts";
import { done, type LessonStage, type Look, notYet } from "./stage.ts";

/** What Bamboo's proxy answers; undefined in a lab without Bamboo. @throws ProbeError when nothing answers. */
export async function frontPage(
  { lab, probes }: LessonStage,
  host?: string,
): Promise<HttpAnswer | undefined> {
  const [machine] = machinesWith(lab, "bamboo");
  if (machine === undefined) return undefined;
  const { http, signal, timeoutMs } = probes;
  const headers = host === undefined ? {} : { headers: { host } };
  return http.get(`${proxyAt(probes, lab, machine)}/`, { signal, timeoutMs, ...headers });
}

/** Whether visitors who use the proxy's address get the app's page; so too in a lab without Bamboo. */
export async function served(stage: LessonStage): Promise<Look> {
  const answer = await frontPage(stage);
  if (answer === undefined || isWelcomePage(answer.text, answer.status)) return done;
  const { status } = answer;
  return notYet(
    `the proxy answers ${status}, not Tomcat's page`,
    `代理回答 ${status}，而不是 Tomcat 的首页`,
    true,
  );
}

export const noApp = notYet("Marathon has no app /tomcat", "Marathon 里没有应用 /tomcat");

/** The tutorial's app, as Marathon has it; undefined where it has none. */
export function lessonApp(stage: LessonStage) {
  return findApp(stage.http, stage.at.marathon, appId(stage), stage.signal);
}

/** The tutorial's app, as Marathon names it. */
export function appId({ lab }: Pick<LessonStage, "lab">): string {
  return absoluteId(tomcatApp(lab).id);
}

function proxyAt(probes: LessonStage["probes"], lab: LessonStage["lab"], machine: Machine): string {
  return originOf(probes, machine, portsOf(lab, machine).haproxy);
}
