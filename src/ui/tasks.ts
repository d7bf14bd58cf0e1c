import { performance } from "node:perf_hooks";
import {
  type DefaultRenderer,
  Listr,
  ListrLogger,
  ListrLogLevels,
  type ListrTask,
  ProcessOutput,
  type SimpleRenderer,
} from "listr2";
import type { Emit } from "./events.ts";

/** `live` redraws a terminal, `plain` prints lines, `silent` prints nothing (events are all there is). */
export type Display = "live" | "plain" | "silent";

export type Task = ListrTask<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;

/** Which display fits: events only under `--json`, redrawing only on a terminal that can. */
export function chooseDisplay(options: { json: boolean; tty: boolean; env: NodeJS.ProcessEnv }): Display {
  if (options.json) return "silent";
  const capable = options.tty && options.env.TERM !== "dumb" && !options.env.CI;
  return capable ? "live" : "plain";
}

/** Prints a failed task without its error, which is told once and in full at the end. */
class ProgressLogger extends ListrLogger {
  override log(...[level, message, options]: Parameters<ListrLogger["log"]>): void {
    super.log(level, message, level === ListrLogLevels.FAILED ? undefined : options);
  }
}

/** Runs tasks one after another; the first failure ends the run and is thrown as it is. */
export async function runTasks(tasks: readonly Task[], display: Display): Promise<void> {
  // Progress goes to stderr: stdout is for results.
  const logger = new ProgressLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const options = {
    renderer: { live: "default", plain: "simple", silent: "silent" }[display],
    rendererOptions:
      display === "live" ? { logger, collapseSubtasks: false, showErrorMessage: false } : { logger },
    fallbackRenderer: "simple",
    fallbackRendererOptions: { logger },
    // The default handler exits at once, without waiting for Vagrant or Ansible to end.
    registerSignalListeners: false,
  };
  // listr2 ties the type of a task to one renderer; these tasks only use what all renderers have.
  await new Listr(tasks as never, options as never).run();
}

/** For this long a task may have no news before it says that it is at work. */
const quietMs = 30_000;

/** Where the tasks of a run tell their news, and what ends them early. */
export interface Progress {
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly display: Display;
}

/** The options of a task line that belongs to a step, and to a part of it where one is named. */
export function lineOf({ emit, display }: Progress, step: string, title: string, part?: string): LineOptions {
  return { step, title, emit, display, ...(part === undefined ? {} : { part }) };
}

export interface LineOptions {
  readonly step: string;
  readonly part?: string;
  readonly title: string;
  readonly emit: Emit;
  readonly display: Display;
}

/** To a tenth, as people are told. @param begin a time of `performance.now()` */
export function secondsSince(begin: number): number {
  return Math.round((performance.now() - begin) / 100) / 10;
}

/** A task that shows its newest news and the time it has taken; what `work` returns is added to its title. */
export function line(
  options: LineOptions,
  work: (say: (text: string) => void) => Promise<string | undefined>,
): Task {
  const { step, part, title, emit } = options;
  const about = { event: "step", step, ...(part === undefined ? {} : { part }) } as const;
  return {
    title,
    task: async (_, task) => {
      const begin = performance.now();
      const seconds = () => secondsSince(begin);
      let news = "";
      const show = () => {
        task.output = `${Math.round(seconds())} s  ${news}`;
      };
      const live = options.display === "live";
      let newsAt = begin;
      // Off a terminal a line tells now and then that the work goes on.
      const remind = () => {
        if (performance.now() - newsAt < quietMs) return;
        newsAt = performance.now();
        task.output = `${part ?? title}: ${news === "" ? "at work" : news} (${Math.round(seconds())} s)`;
      };
      const clock = live ? setInterval(show, 1000) : setInterval(remind, quietMs / 4);
      emit({ ...about, state: "started", text: title });
      try {
        const summary = await work((text) => {
          if (text === news) return;
          news = text;
          newsAt = performance.now();
          emit({ ...about, state: "running", text });
          if (options.display === "live") show();
          else task.output = part === undefined ? text : `${part}: ${text}`;
        });
        task.title = `${title}${summary === undefined ? "" : `: ${summary}`} (${seconds()} s)`;
        emit({
          ...about,
          state: "done",
          seconds: seconds(),
          ...(summary === undefined ? {} : { text: summary }),
        });
      } catch (error) {
        emit({
          ...about,
          state: "failed",
          seconds: seconds(),
          text: error instanceof Error ? error.message : String(error),
        });
        throw error;
      } finally {
        clearInterval(clock);
      }
    },
  };
}
