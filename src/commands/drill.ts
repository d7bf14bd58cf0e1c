import { absoluteId } from "../demo/app.ts";
import { addressesOf } from "../demo/services.ts";
import { lowerRate } from "../drills/analysis/baseline.ts";
import { spreads } from "../drills/analysis/timeline.ts";
import { usualDominant } from "../drills/analysis/why-words.ts";
import { headline, lossInWords } from "../drills/analysis/words.ts";
import { type Drill, drills, drillsFor, whyNot } from "../drills/catalogue.ts";
import { startClock } from "../drills/clock.ts";
import type { DrillReport } from "../drills/model/report.ts";
import type { DrillOptions } from "../drills/options.ts";
import { picture, spreadTable } from "../drills/report/picture.ts";
import { runDrill } from "../drills/run.ts";
import { LabError } from "../errors.ts";
import { isWelcomePage, tomcatApp } from "../lab/demo.ts";
import { discoveryOf } from "../lab/discovery.ts";
import { type DiscoveryName, discoveryNames } from "../lab/model.ts";
import { machinesOf } from "../machines/index.ts";
import { openHttp } from "../probes/http.ts";
import { line, lineOf, runTasks } from "../ui/tasks.ts";
import { type Context, type LabOptions, type MadeLab, madeLab } from "./context.ts";
import { reserveDrillFiles } from "./drill-files.ts";

export interface DrillCommandOptions extends LabOptions {
  readonly repeat?: number;
  /** The machine whose service is broken, instead of the one that leads. */
  readonly on?: string;
  /** Every way in of the lab at once. */
  readonly compare?: boolean;
  /** Seconds. */
  readonly settle?: number;
  /** Seconds. */
  readonly deadline?: number;
  /** Requests a second, for each way in. */
  readonly rate?: number;
}

/** Breaks one thing and measures how long the application was away; exit code 6 when the lab does not recover. */
export async function drillCommand(
  name: string,
  options: DrillCommandOptions,
  context: Context,
  onLook?: DrillOptions["onLook"],
): Promise<void> {
  const { repeat = 1, compare = false, settle = 5, deadline = 300, rate, on, ...which } = options;
  const drill = drills.find((each) => each.name === name);
  if (drill === undefined) throw refused(`there is no drill "${name}"`, drills);
  const made = madeLab(which);
  const { lab } = made;
  const why = whyNot(drill, lab);
  if (why !== undefined) throw refused(why, drillsFor(lab));
  const [only, ...others] = discoveryOf(lab);
  const notes = compare && others.length === 0 ? [oneMethod(only)] : [];
  for (const note of notes) context.note(note);
  const drilling = { drill, on, repeat, compare, notes, settle, deadline, rate, onLook };
  // A lab that is removed, started or drilled by somebody else meanwhile would be measured as broken.
  await made.folder.locked(() => drillAgain(drilling, made, context));
}

/** What a drill is to be, all of it decided. */
export interface Wanted {
  readonly drill: Drill;
  readonly on: string | undefined;
  readonly repeat: number;
  readonly compare: boolean;
  readonly notes: readonly string[];
  readonly settle: number;
  readonly deadline: number;
  readonly rate: number | undefined;
  readonly onLook?: DrillOptions["onLook"];
}

/** Drills as often as wanted, or until the lab does not recover; what was found is shown and kept in any case. */
export async function drillAgain(wanted: Wanted, { lab, folder }: MadeLab, context: Context): Promise<void> {
  const { drill, repeat, compare } = wanted;
  const files = reserveDrillFiles(folder, drill.name, startClock().startedAt);
  const http = openHttp();
  const reports: DrillReport[] = [];
  const options = (say: DrillOptions["say"]): DrillOptions => ({
    ...{ lab, http, compare, say, notes: wanted.notes, on: wanted.on, signal: context.signal },
    onLook: wanted.onLook,
    machines: machinesOf(lab, folder),
    at: addressesOf(lab),
    appId: absoluteId(tomcatApp(lab).id),
    isPage: isWelcomePage,
    isThere: () => folder.recordedIfWhole() !== undefined,
    settleMs: wanted.settle * 1000,
    deadlineMs: wanted.deadline * 1000,
    ratePerSecond: wanted.rate,
  });
  const taskOf = (round: number) => {
    const title = `Drill ${drill.name}${repeat > 1 ? ` ${round} of ${repeat}` : ""}`;
    return line(lineOf(context, "drill", title, drill.name), async (say) => {
      const report = await runDrill(drill, options(say));
      reports.push(report);
      files.write(reports);
      if (!report.recovered) throw notRecovered(report);
      return report.lanes.map((lane) => headline(lane).figure).join(", ");
    });
  };
  try {
    for (let round = 1; round <= repeat; round += 1) await runTasks([taskOf(round)], context.display);
  } finally {
    await http.close();
    if (reports.length > 0) show(reports, files.page, compare, context);
    else files.discard();
  }
}

function refused(message: string, offered: readonly Drill[]): LabError {
  return new LabError("drill-unknown", message, {
    remedy: offered.map((each) => `npx mesos-lab drill ${each.name.padEnd(17)} ${each.help}`),
  });
}

function show(reports: readonly DrillReport[], page: string, compare: boolean, context: Context): void {
  if (context.json) {
    const comparison = compare ? { comparison: comparisonOf(reports) } : {};
    context.emit({ event: "result", drills: reports, page, ...comparison });
    return;
  }
  const options = { width: Math.min(context.width, 120), colour: context.color };
  for (const report of reports) context.print(picture(report, options));
  if (reports.length > 1) context.print(spreadTable(reports, options));
  context.print(`report: ${page}`);
}

/** Each way in over all runs: the spread of its outage in milliseconds, and what took longest in most of them. */
function comparisonOf(reports: readonly DrillReport[]) {
  return spreads(reports).map((found) => ({ ...found, took: usualDominant(reports, found.way) }));
}

/** Says what was not as before: the ways in that did not serve, or else the claims that did not hold. */
export function notRecovered(report: DrillReport): LabError {
  const { drill, lanes, lastSeen, load } = report;
  const suspects = lanes.flatMap(({ way, ownLoad }) => (ownLoad === undefined ? [] : [`${way}: ${ownLoad}`]));
  const gentler = lowerRate(load.ratePerSecond);
  return new LabError("drill-not-recovered", lossInWords(report), {
    details: [
      ...(suspects.length > 0 ? ["the drill's own requests may be the cause:", ...suspects] : []),
      ...Object.entries(lastSeen).map(([subject, seen]) => `${subject}: ${seen}`),
    ],
    remedy: [
      ...(suspects.length > 0 && gentler !== undefined
        ? [`npx mesos-lab drill ${drill} --rate ${gentler}`]
        : []),
      "npx mesos-lab verify",
      "npx mesos-lab up",
    ],
  });
}

/** A comparison of one: allowed, with what makes it one of more. */
function oneMethod(only: DiscoveryName | undefined): string {
  const flags = discoveryNames.map((name) => `--discovery ${name}`).join(" ");
  return `This lab has no way of discovery but ${only} to compare. A lab with all: npx mesos-lab create ${flags}`;
}
