import { mkdirSync, writeFileSync } from "node:fs";
import { absoluteId } from "../demo/app.ts";
import { addressesOf } from "../demo/services.ts";
import { lostLanes } from "../drills/analysis/settled.ts";
import { spreads } from "../drills/analysis/timeline.ts";
import { usualDominant } from "../drills/analysis/why-words.ts";
import { type Drill, drills, drillsFor, whyNot } from "../drills/catalogue.ts";
import type { DrillReport } from "../drills/model/report.ts";
import { reportHtml } from "../drills/report/page.ts";
import { picture, spreadTable } from "../drills/report/picture.ts";
import { runDrill } from "../drills/run.ts";
import { exitCodes, LabError } from "../errors.ts";
import { isWelcomePage, tomcatApp } from "../lab/demo.ts";
import { discoveryOf } from "../lab/discovery.ts";
import { type DiscoveryName, discoveryNames } from "../lab/model.ts";
import { machinesOf } from "../machines/index.ts";
import { openHttp } from "../probes/http.ts";
import type { LabFolder } from "../tools/lab-folder.ts";
import { line, lineOf, runTasks } from "../ui/tasks.ts";
import { type Context, type LabOptions, madeLab } from "./context.ts";

export interface DrillCommandOptions extends LabOptions {
  readonly repeat?: number;
  /** Every way in of the lab at once. */
  readonly compare?: boolean;
  /** Seconds. */
  readonly settle?: number;
  /** Seconds. */
  readonly deadline?: number;
  /** Requests a second, for each way in. */
  readonly rate?: number;
}

/** Breaks one thing and measures how long nobody was served; exit code 6 when the lab does not recover. */
export async function drillCommand(
  name: string,
  options: DrillCommandOptions,
  context: Context,
): Promise<void> {
  const { repeat = 1, compare = false, settle = 5, deadline = 300, rate, ...which } = options;
  const drill = drills.find((each) => each.name === name);
  if (drill === undefined)
    throw refused(name === "" ? "which drill?" : `there is no drill "${name}"`, drills);
  const { lab, folder } = madeLab(which);
  const why = whyNot(drill, lab);
  if (why !== undefined) throw refused(why, drillsFor(lab));
  const [only, ...others] = discoveryOf(lab);
  const notes = compare && others.length === 0 ? [oneMethod(only)] : [];
  for (const note of notes) context.note(note);
  const http = openHttp();
  const reports: DrillReport[] = [];
  try {
    for (let round = 1; round <= repeat; round += 1) {
      const title = `Drill ${drill.name}${repeat > 1 ? ` ${round} of ${repeat}` : ""}`;
      const task = line(lineOf(context, "drill", title, drill.name), async (say) => {
        const report = await runDrill(drill, {
          lab,
          machines: machinesOf(lab, folder),
          http,
          at: addressesOf(lab),
          appId: absoluteId(tomcatApp(lab).id),
          isPage: isWelcomePage,
          compare,
          notes,
          settleMs: settle * 1000,
          deadlineMs: deadline * 1000,
          ratePerSecond: rate,
          signal: context.signal,
          say,
        });
        reports.push(report);
        return report.recovered ? undefined : "not recovered";
      });
      await runTasks([task], context.display);
      if (!reports.at(-1)?.recovered) break;
    }
  } finally {
    await http.close();
    if (reports.length > 0) show(reports, writeReports(folder, drill.name, reports), compare, context);
  }
  if (reports.some(({ recovered }) => !recovered)) throw notRecovered(reports);
}

function refused(message: string, offered: readonly Drill[]): LabError {
  return new LabError(message, {
    exitCode: exitCodes.usage,
    remedy: offered.map((each) => `npx mesos-lab drill ${each.name.padEnd(17)} ${each.help}`),
  });
}

/** Writes the report page and its data below the lab's folder; returns the page's path. */
function writeReports(folder: LabFolder, name: string, reports: readonly DrillReport[]): string {
  const stamp = (reports[0]?.startedAt ?? "").replaceAll(/[-:]|\..*/g, "");
  const base = folder.file("reports", `${name}-${stamp}`);
  mkdirSync(folder.file("reports"), { recursive: true });
  writeFileSync(`${base}.json`, `${JSON.stringify(reports, undefined, 2)}\n`);
  writeFileSync(`${base}.html`, reportHtml(reports));
  return `${base}.html`;
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
  return spreads(reports).map(({ way, outage }) => ({
    ...{ way, outage, took: usualDominant(reports, way) },
  }));
}

/** Names the ways in that were not served, and the last state seen of every part. */
export function notRecovered(reports: readonly DrillReport[]): LabError {
  const last = reports.at(-1);
  const lost = lostLanes(last?.lanes ?? []);
  const served =
    (last?.lanes ?? []).length > 1 && lost.length > 0 ? `: not served for good by ${lost.join(", ")}` : "";
  return new LabError(`the lab did not recover by the deadline${served}`, {
    exitCode: exitCodes.notRecovered,
    details: Object.entries(last?.lastSeen ?? {}).map(([part, seen]) => `${part}: ${seen}`),
    remedy: ["npx mesos-lab verify", "npx mesos-lab up"],
  });
}

/** A comparison of one: allowed, with what makes it one of more. */
function oneMethod(only: DiscoveryName | undefined): string {
  const flags = discoveryNames.map((name) => `--discovery ${name}`).join(" ");
  return `This lab has no way of discovery but ${only} to compare. A lab with all: npx mesos-lab create ${flags}`;
}
