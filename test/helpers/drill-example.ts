import { analyse, runsOf } from "../../src/drills/analysis/outage.ts";
import { pageMarks } from "../../src/drills/analysis/timeline.ts";
import type { DrillReport, Lane, Mark } from "../../src/drills/model/report.ts";
import type { RequestOutcome, Sample } from "../../src/drills/model/sampling.ts";

/** Made-up drills, the same in every run: no figure in them was measured. */

type Phase = readonly [until: number, outcome: RequestOutcome, tookMs: number];

const poll = { ms: 5_000, period: "poll interval", means: "Mesos-DNS asks the master every 5 s" };
const timer = { ms: 5_000, period: "timer period", means: "a timer runs the bridge every 5 s" };
const learning: Readonly<Record<string, Lane["learns"]>> = {
  "marathon-lb": { how: "it follows Marathon's events", told: "event to marathon-lb" },
  "mesos-dns": { how: "it asks the Mesos master every 5 s", every: poll },
  "mesos-dns (TTL kept)": {
    how: "as mesos-dns, and clients keep its answers",
    every: poll,
    keptMs: 10_000,
  },
  "haproxy-marathon-bridge": { how: "a timer asks Marathon every 5 s", every: timer },
};

function lane(way: string, url: string, breakAt: number, phases: readonly Phase[]): Lane {
  const samples: Sample[] = [];
  for (let i = 0; i * 20 < (phases.at(-1)?.[0] ?? 0); i += 1) {
    const at = i * 20 + (i % 7) / 10;
    const [, outcome, tookMs] = phases.find(([until]) => at < until) ?? phases[0] ?? [0, "ok", 1];
    samples.push({ at, tookMs: tookMs + (i % 5), outcome });
  }
  const sampling = {
    ratePerSecond: 50,
    slowestRate: 50,
    requestTimeoutMs: 2_000,
    unanswered: 0,
    missedSlots: 0,
    crowdedSlots: 0,
  };
  return {
    way,
    url,
    learns: learning[way] ?? { how: "Marathon calls it", told: "event to Bamboo" },
    runs: runsOf(samples),
    outage: analyse(samples, { settleMs: 3_000, breakAt }),
    sampling: { ...sampling, sent: samples.length, localFaults: 0, full: false },
  };
}

/** Writes to Marathon, ten a second. */
function writes(phases: readonly Phase[]): NonNullable<DrillReport["controlPlane"]> {
  const { runs, outage, sampling } = lane("", url, 2_000, phases);
  return { write: "POST /v2/eventSubscriptions?callbackUrl=…", runs, outage, sampling };
}

function report(
  lanes: readonly Lane[],
  marks: readonly Mark[],
  more: Partial<DrillReport> = {},
): DrillReport {
  const several = lanes.length > 1;
  return {
    format: 1,
    drill: "kill-task",
    lab: "mesos-lab",
    stack: "rehearsal",
    startedAt: "2026-11-22T12:34:56.789Z",
    breakAt: 2_000,
    target: "tomcat.0b1d2f7c-6c1e-11f1-8f0e-0242ac110002",
    parameters: {
      "requests per second": 50,
      "time limit per request": "2 s",
      "settle time": "3 s",
      deadline: "2 min",
    },
    environment: "embedded · rehearsal stack · Node 20.20.2 · Debian GNU/Linux 12 · 4 CPUs",
    load: { askedPerSecond: 50, ratePerSecond: 50, tooMany: [] },
    lanes,
    marks: [...marks, ...lanes.flatMap((l) => pageMarks(l.outage, several ? l.way : undefined))],
    before: ["192.168.33.19:31071"],
    after: ["192.168.33.19:31442"],
    recovered: lanes.every((l) => !l.outage.neverBack),
    lastSeen: {},
    notes: [],
    ...more,
  };
}

const url = "http://192.168.33.18/";

function killed(shift: number): DrillReport {
  return report(
    [
      lane("bamboo", url, 2_000, [
        [2_160, "ok", 3],
        [2_420, "reset", 2],
        [3_100 + shift, "503", 1],
        [4_480 + shift, "refused", 1],
        [4_640 + shift, "timeout", 2_000],
        [8_600 + shift, "ok", 4],
      ]),
    ],
    [
      {
        at: 2_000,
        source: "drill",
        what: "kill asked of Marathon",
        detail: "DELETE /v2/apps/tomcat/tasks/…",
      },
      { at: 2_130, source: "mesos", what: "TASK_KILLED", detail: "192.168.33.19:31071" },
      { at: 2_150, source: "marathon", what: "TASK_KILLED", detail: "status_update_event" },
      { at: 2_171, source: "discovery", what: "event to Bamboo", detail: "TASK_KILLED" },
      { at: 2_410, source: "haproxy", what: "HAProxy reloaded", detail: "no server left" },
      { at: 2_905, source: "marathon", what: "offer accepted" },
      { at: 3_320 + shift, source: "marathon", what: "TASK_RUNNING", detail: "192.168.33.19:31442" },
      { at: 3_335 + shift, source: "discovery", what: "event to Bamboo", detail: "TASK_RUNNING" },
      {
        at: 3_580 + shift,
        source: "haproxy",
        what: "HAProxy reloaded",
        detail: "server 192.168.33.19:31442",
      },
    ],
  );
}

const compared = report(
  [
    lane("bamboo", url, 2_000, [
      [2_160, "ok", 3],
      [4_640, "503", 1],
      [12_500, "ok", 3],
    ]),
    lane("marathon-lb", "http://192.168.33.18:8081/", 2_000, [
      [2_120, "ok", 3],
      [2_700, "reset", 2],
      [4_560, "503", 1],
      [12_500, "ok", 3],
    ]),
    lane("mesos-dns", "http://tomcat.marathon.mesos/", 2_000, [
      [2_120, "ok", 3],
      [7_200, "refused", 1],
      [7_800, "no-name", 9],
      [12_500, "ok", 5],
    ]),
    lane("haproxy-marathon-bridge", "http://192.168.33.19:10000/", 2_000, [
      [2_120, "ok", 3],
      [4_400, "503", 1],
      [4_600, "ok", 1],
      [9_100, "timeout", 2_000],
      [12_500, "ok", 3],
    ]),
  ],
  [
    { at: 2_000, source: "drill", what: "kill asked of Marathon" },
    { at: 2_130, source: "mesos", what: "TASK_KILLED" },
    { at: 2_905, source: "marathon", what: "offer accepted" },
    { at: 3_320, source: "marathon", what: "TASK_RUNNING" },
    { at: 2_171, source: "discovery", what: "event to Bamboo", lane: "bamboo" },
    { at: 3_580, source: "haproxy", what: "HAProxy reloaded", lane: "bamboo" },
    { at: 3_400, source: "haproxy", what: "HAProxy reloaded", lane: "marathon-lb" },
    { at: 7_190, source: "discovery", what: "records changed", lane: "mesos-dns" },
    { at: 9_040, source: "haproxy", what: "HAProxy reloaded", lane: "haproxy-marathon-bridge" },
  ],
);

const lost = report(
  [
    lane("bamboo", url, 2_000, [
      [2_160, "ok", 3],
      [9_000, "503", 1],
      [9_200, "ok", 1],
      [12_000, "http-404", 1],
    ]),
  ],
  [
    {
      at: 2_000,
      source: "drill",
      what: "removed <b>& co</b>",
      detail: "<script>alert(1)</script> \u001b[31m漢字",
    },
    { at: 2_130, source: "mesos", what: "TASK_FAILED", detail: "x".repeat(300) },
  ],
  {
    drill: "remove-container",
    target: '"><img src=x onerror=alert(1)>',
    after: [],
    lastSeen: { marathon: "0 of 1 tasks running, 1 waiting", haproxy: "no server in the backend <tomcat>" },
    notes: ["The container could not be put back: start the slave again."],
  },
);

const calm = report(
  [
    lane("bamboo", url, 2_000, [
      [2_100, "ok", 3],
      [2_600, "ok", 640],
      [6_000, "ok", 3],
    ]),
  ],
  [{ at: 2_000, source: "drill", what: "restarted", detail: "bamboo" }],
  { drill: "restart-bamboo", target: "bamboo", after: ["192.168.33.19:31071"] },
);

/** The page is served while nobody leads. */
const led: DrillReport = {
  ...calm,
  drill: "restart-marathon",
  target: "ma on m2",
  marks: [{ at: 2_000, source: "drill", what: "marathon restarted", detail: "ma on m2" }],
  notes: ["marathon on m2 led when it was broken."],
  controlPlane: writes([
    [2_050, "ok", 9],
    [3_400, "refused", 1],
    [4_100, "503", 240],
    [9_000, "ok", 9],
  ]),
};

/** The page bore few requests, and the drill may have kept it away itself. */
const loaded: DrillReport = {
  ...killed(0),
  load: {
    askedPerSecond: 50,
    ratePerSecond: 12,
    tooMany: [
      { ratePerSecond: 50, why: "61 of 100 requests failed (61\u00a0×\u00a0timed out)" },
      { ratePerSecond: 25, why: "answers took up to 812 ms" },
    ],
  },
  lanes: killed(0).lanes.map((each) => ({
    ...each,
    ownLoad:
      "asked less often, the page answered at +12.250 s and at +21.500 s, while most of 12 requests a second timed out between",
  })),
  notes: [
    "50 requests a second were too many for this lab, before anything was broken: 61 of 100 requests failed (61\u00a0×\u00a0timed out). It was asked 12 times a second: an outage is known to no better than 83 ms.",
  ],
};

export const example = {
  loaded,
  led,
  killed: killed(0),
  repeated: [killed(0), killed(220), killed(-160)],
  compared,
  lost,
  calm,
};
