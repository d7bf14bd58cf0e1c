import { formatTable } from "../ui/table.ts";
import { criticalPath, type Span, type Stretch } from "./spans.ts";

/** Where the time of a run went. */
export interface Profile {
  readonly lab: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** From the command's begin to its end. */
  readonly seconds: number;
  /** Processor time of this tool's own process; programs that it started are not in it. */
  readonly ownSeconds: number;
  readonly spans: readonly Span[];
  /** The machines of each part that runs on some only, by the part's name. */
  readonly machines: Readonly<Record<string, string>>;
}

export interface Row {
  readonly begin: number;
  readonly end: number;
  readonly what: string;
  readonly machine: string;
  /** What it did for longest, with its seconds; empty where it did not say. */
  readonly waited: string;
}

/** The critical path as rows: its seconds add up to those of the run. */
export function pathRows(profile: Profile): readonly Row[] {
  return criticalPath(profile.spans, profile.seconds).map((stretch) => rowOf(profile, stretch));
}

/** Every line, in the order of their begins. */
export function allRows(profile: Profile): readonly Row[] {
  return profile.spans
    .toSorted((a, b) => a.begin - b.begin || a.end - b.end)
    .map((span) => rowOf(profile, { ...span, span }));
}

function rowOf({ machines }: Profile, { begin, end, span }: Stretch): Row {
  const { title = "mesos-lab itself", part = "", longest } = span ?? {};
  const waited = longest === undefined ? "" : `${longest.text} (${tenths(longest.seconds)} s)`;
  return { begin, end, what: title, machine: machines[part] ?? "", waited };
}

export function tenths(seconds: number): string {
  return seconds.toFixed(1);
}

/** How much of the run the tool's own process was at work, as a sentence. */
export function ownShare({ seconds, ownSeconds }: Profile): string {
  const percent = seconds > 0 ? Math.round((100 * ownSeconds) / seconds) : 0;
  return `mesos-lab's own process used ${tenths(ownSeconds)} s of processor time in ${tenths(seconds)} s (${percent} %)`;
}

/** The critical path as a table for a terminal. */
export function profileTable(profile: Profile, width: number): readonly string[] {
  const columns = [
    { title: "start", align: "right" },
    { title: "end", align: "right" },
    { title: "seconds", align: "right" },
    { title: "what was waited for" },
    { title: "machine" },
    { title: "longest in it" },
  ] as const;
  const rows = pathRows(profile).map(({ begin, end, what, machine, waited }) => [
    ...[tenths(begin), tenths(end), tenths(end - begin)],
    ...[what, machine, waited],
  ]);
  return [...formatTable(columns, rows, { width }), ownShare(profile)];
}
