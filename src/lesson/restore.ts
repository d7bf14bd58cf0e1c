import { isAsWanted } from "../demo/app.ts";
import { askToRemove, deployApp, putRule, removeRule, untilRunning } from "../demo/deploy.ts";
import { findApp, findRules, patientMs } from "../demo/services.ts";
import { LabError } from "../errors.ts";
import { tomcatApp } from "../lab/demo.ts";
import { askApps } from "../probes/marathon.ts";
import { waitFor } from "../probes/wait.ts";
import { appId, frontPage, lessonApp, served } from "./page.ts";
import { done, type LessonStage, type Look, notYet } from "./stage.ts";
import type { LabState } from "./state.ts";

const settledMs = 120_000;

/** Apps and rules that are not the lesson's, by their ids. */
export interface Foreign {
  readonly apps: readonly string[];
  readonly rules: readonly string[];
}

export async function findForeign(stage: LessonStage): Promise<Foreign> {
  const { http, at, signal } = stage;
  const own = appId(stage);
  const apps = await askApps({ ...stage.probes, timeoutMs: patientMs }, at.marathon);
  const rules = at.bamboo === undefined ? [] : [...(await findRules(http, at.bamboo, signal)).keys()];
  return {
    apps: apps.map(({ id }) => id).filter((id) => id !== own),
    rules: rules.filter((id) => id !== own),
  };
}

export async function removeForeign(stage: LessonStage, { apps, rules }: Foreign): Promise<void> {
  for (const id of rules) await removeRule(stage, id);
  for (const id of apps) await removeAtOnce(stage, id);
}

/** Brings the lesson's app and its rule into a state, and waits until visitors can see it. */
export async function bringState(stage: LessonStage, { app, acl }: LabState): Promise<void> {
  const { at } = stage;
  const id = appId(stage);
  const bamboo = at.bamboo;
  if (bamboo !== undefined && acl === undefined) await removeRule(stage, id);
  if (app === "absent") await removeAtOnce(stage, id);
  else await bringApp(stage, app);
  if (bamboo !== undefined && acl !== undefined) await putRule(stage, bamboo, id, acl);
  const look = app === "running" && acl !== undefined ? served : unserved;
  await until(stage, "the proxy to follow", async () => {
    const found = await look(stage);
    return found.done ? undefined : found.why.en;
  });
}

async function bringApp(stage: LessonStage, app: "running" | "suspended"): Promise<void> {
  const id = appId(stage);
  const wanted = { ...tomcatApp(stage.lab), instances: app === "running" ? 1 : 0 };
  if (await isStrange(stage)) await removeAtOnce(stage, id);
  await deployWhenFree(stage, JSON.stringify(wanted));
  if (app === "running") await untilRunning(stage, id);
  else await until(stage, "the app's tasks to end", () => tasksLeft(stage));
}

/** Whether the app has what a PUT of the lesson's app would leave as it is: constraints, health checks, a command. */
async function isStrange(stage: LessonStage): Promise<boolean> {
  const there = await lessonApp(stage);
  if (there === undefined) return false;
  const { instances: _, ...wanted } = tomcatApp(stage.lab);
  const isEmpty = (value: unknown) =>
    value === null || value === undefined || Object.keys(Object(value)).length === 0;
  const extras = ["cmd", "args", "env", "constraints", "healthChecks", "uris", "dependencies"];
  return (
    !isAsWanted(wanted, there) || !extras.every((name) => isEmpty(there[name])) || there.tasksRunning > 1
  );
}

/** A deployment that never ends must not be in the way. */
async function deployWhenFree(stage: LessonStage, text: string): Promise<void> {
  try {
    await deployApp(stage, text);
  } catch (error) {
    if (!(error instanceof LabError) || !/locked/.test(error.details.join())) throw error;
    await removeAtOnce(stage, appId(stage));
    await deployApp(stage, text);
  }
}

async function removeAtOnce(stage: LessonStage, id: string): Promise<void> {
  const { http, at, signal } = stage;
  await askToRemove(stage, id, { force: true });
  await until(stage, `the app ${id} to go`, async () =>
    (await findApp(http, at.marathon, id, signal)) === undefined ? undefined : "Marathon still has it",
  );
}

async function tasksLeft(stage: LessonStage): Promise<string | undefined> {
  const left = (await lessonApp(stage))?.tasks.length ?? 0;
  return left === 0 ? undefined : `${left} tasks are left`;
}

/** What is to be seen where nobody is to be served. */
async function unserved(stage: LessonStage): Promise<Look> {
  const status = (await frontPage(stage))?.status ?? 503;
  return status === 503 ? done : notYet(`it answers ${status}`, `它回答 ${status}`);
}

/** @param look what is not yet so; undefined when all is. */
async function until(
  stage: LessonStage,
  what: string,
  look: () => Promise<string | undefined>,
): Promise<void> {
  const waited = await waitFor<undefined>(
    async () => {
      const missing = await look();
      if (missing === undefined) return { ok: true, value: undefined };
      stage.say(`waiting for ${what}`);
      return { ok: false, seen: missing };
    },
    { timeoutMs: settledMs, signal: stage.signal },
  );
  if (waited.ok) return;
  throw new LabError("lesson-step-not-reached", `waited ${settledMs / 1000} s in vain for ${what}`, {
    details: [`last seen: ${waited.seen}`],
    remedy: ["npx mesos-lab verify", "npx mesos-lab up"],
  });
}
