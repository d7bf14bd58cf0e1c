import { ask } from "../probes/answer.ts";
import type { ProbeContext } from "../probes/context.ts";
import { askTasksAndTime, type MarathonTask } from "../probes/marathon.ts";
import { ProbeError } from "../probes/probe-error.ts";
import { isYoung, type PageAnswer, type Visited } from "./judge/served.ts";

/** A page of an application, as one of its visitors would ask for it. */
export interface Page {
  readonly app: string;
  /** Which application, and where, for people. */
  readonly name: string;
  readonly url: string;
  /** The Host header, where a proxy routes by it. */
  readonly host?: string | undefined;
}

/** How the tasks of the applications stand. */
export interface Tasks {
  running(app: string): readonly MarathonTask[];
  /** Whether one of them has yet to run, or has only just begun to. */
  starting(app: string): boolean;
}

export async function askTasksOf(context: ProbeContext, marathon: string): Promise<Tasks> {
  const { tasks, now } = await askTasksAndTime(context, marathon);
  const of = (app: string) => tasks.filter(({ appId }) => appId === app);
  const running = (app: string) => of(app).filter(({ startedAt }) => startedAt);
  return {
    running,
    starting: (app) => of(app).some(({ startedAt }) => !startedAt) || isYoung(running(app), now),
  };
}

/** Visits all pages at once. */
export function visitAll(context: ProbeContext, tasks: Tasks, pages: readonly Page[]): Promise<Visited[]> {
  return Promise.all(
    pages.map(async ({ app, name, url, host }) => ({
      ...{ name, starting: tasks.starting(app) },
      answer: await pageAnswer(context, url, host),
    })),
  );
}

/** That nobody answers is a result too. */
async function pageAnswer(context: ProbeContext, url: string, host?: string): Promise<PageAnswer> {
  try {
    const { status } = await ask(context, url, host === undefined ? {} : { headers: { host } });
    return { status };
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    return { silent: error.message };
  }
}
