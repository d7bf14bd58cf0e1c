import { arch, cpus, type as osType } from "node:os";
import type { ClaimResult } from "../claims/verdict.ts";
import { hostPortsOf } from "../demo/app.ts";
import { findApp } from "../demo/services.ts";
import { longestPeriodMs, lostLanes } from "./analysis/settled.ts";
import { pageMarks } from "./analysis/timeline.ts";
import { formatMs } from "./analysis/words.ts";
import { type Drill, holdMs } from "./catalogue.ts";
import type { DrillClock } from "./clock.ts";
import { type ControlPlane, type DrillReport, type Lane, type Load, marks as words } from "./model/report.ts";
import type { DrillOptions } from "./options.ts";
import { requestLimitMs } from "./patience.ts";
import type { Before } from "./ready.ts";
import { baselineMs } from "./steady.ts";
import { type LabWatch, lookEveryMs, slowestLookMs } from "./watch.ts";

/** The claims that do not hold after the drill. */
export interface Claims {
  /** They held before it. */
  readonly broken: readonly ClaimResult[];
  readonly brokenBefore: readonly ClaimResult[];
}

/** What a drill has found out. */
export interface Observations extends Before {
  readonly clock: DrillClock;
  readonly lanes: readonly Lane[];
  readonly controlPlane?: ControlPlane;
  readonly load: Load;
  readonly watch: LabWatch;
  readonly claims: Claims;
  readonly breakAt: number;
  readonly target: string;
  /** When what the drill held for a while was undone. */
  readonly undoneAt?: number;
}

/** The report: plain data of everything that was seen. */
export async function reportOf(
  drill: Drill,
  options: DrillOptions,
  found: Observations,
): Promise<DrillReport> {
  const { watch, claims, breakAt, undoneAt, ways, lanes, load } = found;
  const { lab, http, at, appId, signal } = options;
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
      "requests per second": rateWords(load.ratePerSecond, lanes.length),
      ...(found.controlPlane !== undefined && {
        "writes to Marathon per second": found.controlPlane.sampling.ratePerSecond,
      }),
      "time limit per request": `${requestLimitMs(lab) / 1000} s`,
      "time before the break": baselineWords(load.ratePerSecond, longestPeriodMs(ways)),
      ...(holdMs(drill) > 0 && { "held for": `${holdMs(drill) / 1000} s` }),
      "settle time": `${options.settleMs / 1000} s`,
      deadline: `${options.deadlineMs / 1000} s`,
    },
    environment: `${options.machines.words} · ${lab.stack} stack · host ${osType()} ${arch()}, ${cpus().length} CPUs`,
    load,
    lanes,
    ...(found.controlPlane !== undefined && { controlPlane: found.controlPlane }),
    marks: [
      { at: breakAt, source: "drill", what: drill.mark, detail: found.target },
      ...(undoneAt === undefined || drill.undone === undefined
        ? []
        : [{ at: undoneAt, source: "drill" as const, what: drill.undone, detail: found.target }]),
      ...watch.marks,
      ...lanes.flatMap(({ outage, way }) => pageMarks(outage, way)),
    ],
    before: found.before,
    after: app === undefined ? [] : hostPortsOf(app),
    recovered: lostLanes(lanes).length === 0 && claims.broken.length === 0,
    lastSeen: {
      ...Object.fromEntries(claims.broken.map(({ title, machine, seen }) => [`${title} (${machine})`, seen])),
      ...watch.lastSeen,
    },
    notes: [
      ...loadNotes(load, lanes),
      ...claims.brokenBefore.map(
        ({ title, machine, seen }) => `Not so before the drill either: ${title} (${machine}): ${seen}.`,
      ),
      ...options.notes,
      `Mesos, Marathon's task list and what each method routes to were polled every ${pollWords(options, found)}: “${words.reloaded}”, “${words.records}” and “${words.offer}” may be late by that much.`,
    ],
  };
}

/** How often all but the page was looked at. */
function pollWords({ machines }: DrillOptions, { ways, load }: Observations): string {
  const slowest = slowestLookMs(load.ratePerSecond);
  const looks = [lookEveryMs(machines.breaks.local, ways), 500].map((ms) => formatMs(Math.max(ms, slowest)));
  return [...new Set(looks)].join(" to ");
}

/** What the rate was, where it is not the one that was asked for, and how well an outage can be known by it. */
function loadNotes({ askedPerSecond, ratePerSecond, tooMany }: Load, lanes: readonly Lane[]): string[] {
  const slowest = Math.min(...lanes.map(({ sampling }) => sampling.slowestRate));
  const [first] = tooMany;
  const precision = (rate: number) => `an outage is known to no better than ${formatMs(1_000 / rate)}`;
  return [
    ...(first === undefined
      ? []
      : [
          `${askedPerSecond} requests a second were too many for this lab, before anything was broken: ${first.why}. It was asked ${ratePerSecond} times a second: ${precision(ratePerSecond)}.`,
        ]),
    ...(slowest < ratePerSecond
      ? [
          `During the outage the rate was lowered to ${slowest} requests a second: from then on ${precision(slowest)}.`,
        ]
      : []),
  ];
}

function baselineWords(ratePerSecond: number, periodMs: number): string {
  const least = `${baselineMs(ratePerSecond) / 1000} s`;
  return periodMs === 0 ? least : `${least} and a random part of the longest period, ${periodMs / 1000} s`;
}

function rateWords(each: number, lanes: number): string | number {
  return lanes === 1 ? each : `${each} for each way in, ${each * lanes} in all`;
}
