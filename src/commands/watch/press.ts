import { merge } from "../../drills/analysis/timeline.ts";
import { headline } from "../../drills/analysis/words.ts";
import type { DrillReport } from "../../drills/model/report.ts";
import type { DrillProgress } from "../../drills/options.ts";
import { LabError, remedies } from "../../errors.ts";
import type { LabEvent } from "../../ui/events.ts";
import type { Hub } from "../../watch/hub.ts";
import type { Of } from "../../watch/model/event.ts";
import type { Context, MadeLab } from "../context.ts";
import { drillCommand } from "../drill.ts";

type Drilled = Omit<Of<"drill">, "event" | "id" | "drill">;

/** A timeline that is sent again and again must not grow for ever. */
const mostRuns = 300;
const mostMarks = 200;
const everyMs = 500;

/** Drills that are pressed on the page: the same code and lock as those of `mesos-lab drill`. */
export interface Pressing {
  /** Starts one; a sentence where it cannot be. */
  press(name: string): { readonly refused?: string };
  /** Resolves when what was pressed is over, with what an interrupted one has to tell. */
  over(): Promise<LabError | undefined>;
}

export function pressing({ lab }: MadeLab, hub: Hub, context: Context): Pressing {
  let running: Promise<LabError | undefined> | undefined;
  return {
    press: (name) => {
      if (running !== undefined) return { refused: "a drill is running already" };
      running = pressed(name, lab.name, hub, context).finally(() => {
        running = undefined;
      });
      return {};
    },
    over: async () => running,
  };
}

/** Runs a drill and tells the hub of it; its failure is told too, and returned. */
async function pressed(
  drill: string,
  name: string,
  hub: Hub,
  context: Context,
): Promise<LabError | undefined> {
  let shown: Drilled = { state: "runs", text: "begins" };
  let report: DrillReport | undefined;
  const show = (news: Partial<Drilled>) => {
    shown = { ...shown, ...news };
    hub.found({ event: "drill", id: "lab", drill, ...shown });
  };
  const emit = (event: LabEvent) => {
    if (event.event === "step" && event.state === "running" && event.text !== undefined)
      show({ text: event.text });
    if (event.event === "result") [report] = event.drills as DrillReport[];
  };
  const onLook = (progress: DrillProgress) => {
    if (progress.now - (shown.now ?? Number.NEGATIVE_INFINITY) >= everyMs) show(timeline(progress));
  };
  const quiet = { ...context, json: true, display: "silent", print: nowhere, note: nowhere, emit } as const;
  show({});
  try {
    await drillCommand(drill, { name }, quiet, onLook);
    show({ state: "recovered", ...(report && found(report)) });
    return undefined;
  } catch (error) {
    show({ state: "failed", ...(report && found(report)), text: whyFailed(error) });
    return error instanceof LabError ? error : undefined;
  }
}

function found(report: DrillReport): Drilled {
  const { lanes, marks, breakAt, recovered } = report;
  const now = Math.max(breakAt, ...lanes.flatMap(({ runs }) => runs.slice(-1).map(({ to }) => to)));
  const text = lanes.map((lane) => `${headline(lane).figure} (${headline(lane).sure})`).join(", ");
  return {
    state: recovered ? "recovered" : "failed",
    text,
    ...timeline({ breakAt, now, lanes, marks: merge(marks) }),
  };
}

function timeline({ breakAt, now, lanes, marks }: DrillProgress) {
  return {
    ...{ breakAt, now },
    lanes: lanes.map(({ way, runs }) => ({ way, runs: [...runs.slice(-mostRuns)] })),
    marks: marks
      .slice(-mostMarks)
      .map(({ at, source, what, detail }) => ({ at, source, what, ...(detail !== undefined && { detail }) })),
  };
}

function whyFailed(error: unknown): string {
  if (!(error instanceof LabError)) return error instanceof Error ? error.message : String(error);
  const [remedy] = remedies(error);
  return [error.message, ...error.details, ...(remedy === undefined ? [] : [`try: ${remedy}`])].join("; ");
}

const nowhere = () => undefined;
