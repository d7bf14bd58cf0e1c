import { arch, cpus, type as osType } from "node:os";
import type { Verdict } from "../claims/verdict.ts";
import { hostPortsOf } from "../demo/app.ts";
import { findApp } from "../demo/services.ts";
import { longestPeriodMs, lostLanes } from "./analysis/settled.ts";
import { pageMarks } from "./analysis/timeline.ts";
import type { Drill } from "./catalogue.ts";
import type { DrillClock } from "./clock.ts";
import { baselineMs, type Lanes, requestTimeoutMs } from "./lanes.ts";
import { type DrillReport, marks as words } from "./model/report.ts";
import type { DrillOptions } from "./options.ts";
import type { Before } from "./ready.ts";
import { type LabWatch, lookEveryMs } from "./watch.ts";

/** What a drill has found out. */
export interface Observations extends Before {
  readonly clock: DrillClock;
  readonly lanes: Lanes;
  readonly ratePerSecond: number;
  readonly watch: LabWatch;
  readonly verdict: Verdict;
  readonly breakAt: number;
  readonly target: string;
  readonly notes: readonly string[];
}

/** The report: plain data of everything that was seen. */
export async function reportOf(
  drill: Drill,
  options: DrillOptions,
  found: Observations,
): Promise<DrillReport> {
  const { watch, verdict, breakAt, ways } = found;
  const { lab, http, at, appId, signal } = options;
  const lanes = found.lanes.lanes(breakAt);
  const failing = verdict.results.filter(({ holds }) => !holds);
  const app = await findApp(http, at.marathon, appId, signal).catch(() => undefined);
  return {
    format: 1,
    drill: drill.name,
    lab: lab.name,
    stack: lab.stack,
    startedAt: found.clock.startedAt,
    breakAt,
    target: found.target,
    parameters: {
      "requests per second": rateWords(found.ratePerSecond, lanes.length),
      "time limit per request": `${requestTimeoutMs / 1000} s`,
      "time before the break": baselineWords(longestPeriodMs(ways)),
      "settle time": `${options.settleMs / 1000} s`,
      deadline: `${options.deadlineMs / 1000} s`,
    },
    environment: `${options.machines.words} · ${lab.stack} stack · host ${osType()} ${arch()}, ${cpus().length} CPUs`,
    lanes,
    marks: [
      { at: breakAt, source: "drill", what: drill.mark, detail: found.target },
      ...watch.marks,
      ...lanes.flatMap(({ outage, way }) => pageMarks(outage, way)),
    ],
    before: found.before,
    after: app === undefined ? [] : hostPortsOf(app),
    recovered: lostLanes(lanes).length === 0 && verdict.holds,
    lastSeen: {
      ...watch.lastSeen,
      ...Object.fromEntries(failing.map(({ title, machine, seen }) => [`${title} (${machine})`, seen])),
    },
    notes: [
      ...found.notes,
      ...options.notes,
      `Mesos, Marathon's task list and what each method routes to were polled every ${lookEveryMs(options.machines.breaks.local, ways) / 1000} to 0.5 s: “${words.reloaded}”, “${words.records}” and “${words.offer}” may be late by that much.`,
    ],
  };
}

function baselineWords(periodMs: number): string {
  const least = `${baselineMs / 1000} s`;
  return periodMs === 0 ? least : `${least} and a random part of the longest period, ${periodMs / 1000} s`;
}

function rateWords(each: number, lanes: number): string | number {
  return lanes === 1 ? each : `${each} for each way in, ${each * lanes} in all`;
}
