import { type DrillReport, type Lane, type Mark, type Outage, marks as words } from "./model.ts";
import { formatAt, formatMs } from "./words.ts";

/** A step from the break to the first good answer. */
export interface Step {
  readonly mark: Mark;
  /** Milliseconds since the break. */
  readonly since: number;
  /** Milliseconds since the step before. */
  readonly after: number;
}

/** The step that took longest, as a sentence too. */
export interface Dominant {
  readonly from: Mark;
  readonly to: Mark;
  readonly ms: number;
  /** Of the time from the break to the end of the chain, 0 to 1. */
  readonly share: number;
  readonly sentence: string;
}

export interface Spread {
  readonly runs: number;
  /** Runs without a value: never recovered, or not measured. */
  readonly without: number;
  readonly min: number | null;
  readonly median: number | null;
  readonly max: number | null;
}

/** The time on the drill's clock of a wall-clock time that another machine told; undefined if it is none. */
export function atOfWall(startedAt: string, told: string | number): number | undefined {
  const at = (typeof told === "number" ? told : Date.parse(told)) - Date.parse(startedAt);
  return Number.isFinite(at) ? at : undefined;
}

/** What the page itself tells: its first miss, and the first good answer of the settled run. */
export function pageMarks(outage: Outage, lane?: string): Mark[] {
  const of = lane === undefined ? {} : { lane };
  const { firstMissAt, endedAt } = outage;
  return [
    ...(firstMissAt === null
      ? []
      : [{ at: firstMissAt, source: "page" as const, what: words.firstMiss, ...of }]),
    ...(endedAt === null ? [] : [{ at: endedAt, source: "page" as const, what: words.firstGood, ...of }]),
  ];
}

/**
 * The marks in the order of time, each thing once: what two sources tell is dated by whoever told it first,
 * what one source tells twice (HAProxy reloads for the old task and for the new one) stays twice.
 */
export function merge(marks: readonly Mark[]): Mark[] {
  const told = new Map<string, Mark>();
  const counts = new Map<string, number>();
  for (const mark of inOrder(marks)) {
    const what = JSON.stringify([mark.lane ?? null, mark.what.toLowerCase()]);
    const teller = JSON.stringify([what, mark.source]);
    const nth = (counts.get(teller) ?? 0) + 1;
    counts.set(teller, nth);
    const key = JSON.stringify([what, nth]);
    if (!told.has(key)) told.set(key, mark);
  }
  return inOrder([...told.values()]);
}

/** The chain of causes of one lane: from the break to the first good answer, or to the last thing known. */
export function chainOf(report: Pick<DrillReport, "marks" | "breakAt">, lane?: string): Step[] {
  const mine = merge(report.marks).filter((mark) => mark.lane === undefined || mark.lane === lane);
  const end = mine.find((mark) => isFirstGood(mark) && mark.at >= report.breakAt)?.at;
  const links = mine.filter(
    (mark) =>
      mark.at >= report.breakAt &&
      (mark.source !== "page" || isFirstGood(mark)) &&
      (end === undefined || mark.at < end || (mark.at === end && isFirstGood(mark))),
  );
  return links.map((mark, i) => ({
    mark,
    since: mark.at - report.breakAt,
    after: mark.at - (links[i - 1]?.at ?? report.breakAt),
  }));
}

/** Which step of a chain took longest; undefined where there is no step at all. */
export function dominant(chain: readonly Step[]): Dominant | undefined {
  const total = chain.at(-1)?.since ?? 0;
  let found: Dominant | undefined;
  for (const [i, step] of chain.entries()) {
    const before = chain[i - 1];
    if (before === undefined || step.after <= (found?.ms ?? 0)) continue;
    const share = total > 0 ? step.after / total : 0;
    const sentence = `${formatMs(step.after)} of the ${formatMs(total)} since the break (${Math.round(share * 100)} %) passed between “${before.mark.what}” and “${step.mark.what}”${because(before.mark, step.mark)}.`;
    found = { from: before.mark, to: step.mark, ms: step.after, share, sentence };
  }
  return found;
}

/** Why the outage of a lane was as long as it was, or where its chain broke off; nothing where there was none. */
export function explain(report: Pick<DrillReport, "marks" | "breakAt">, lane: Lane): string | undefined {
  const chain = chainOf(report, lane.method);
  const last = chain.at(-1);
  if (last === undefined || lane.outage.neverDown) return undefined;
  if (isFirstGood(last.mark)) return dominant(chain)?.sentence;
  return `The chain broke off after “${last.mark.what}” at ${formatAt(last.since)}: no later cause was seen.`;
}

/** Smallest, middle and largest of the values of several runs. */
export function spread(values: readonly (number | null)[]): Spread {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const low = known[Math.floor((known.length - 1) / 2)];
  const high = known[Math.floor(known.length / 2)];
  return {
    runs: values.length,
    without: values.length - known.length,
    min: known[0] ?? null,
    median: low === undefined || high === undefined ? null : (low + high) / 2,
    max: known.at(-1) ?? null,
  };
}

/** The outages of several runs, by method. A run without an outage counts as 0, one without an end as unknown. */
export function spreads(
  runs: readonly DrillReport[],
): { readonly method: string; readonly outage: Spread }[] {
  const methods = new Set(runs.flatMap((run) => run.lanes.map((lane) => lane.method)));
  return [...methods].map((method) => {
    const lanes = runs.flatMap((run) => run.lanes.filter((lane) => lane.method === method));
    return { method, outage: spread(lanes.map(({ outage }) => (outage.neverDown ? 0 : outage.ms))) };
  });
}

/** Why a step took its time, where the two marks around it allow to say so: from, to, words. */
const reasons: readonly (readonly [RegExp, RegExp, string])[] = [
  [/./, /^TASK_(KILLED|FAILED|FINISHED|LOST|ERROR)$/, "the old task was ending, and Mesos had to notice"],
  [/./, /^offer/, "Marathon was waiting for an offer of Mesos, or for its own back-off"],
  [/./, /^TASK_(STAGING|STARTING)$/, "the agent was preparing the task"],
  [/./, /^TASK_RUNNING$/, "the new container was starting"],
  [/./, /^event to /, "Marathon's event was on its way"],
  [/^(event to |polled)/, /reloaded$/, "the new configuration was being written and loaded"],
  [/./, /reloaded$/, "the discovery had not noticed yet, or was writing its configuration"],
  [/./, /^(polled|records )/, "the discovery was waiting for its next look at the tasks"],
  [/^records /, /^first 200$/, "clients still held the old record"],
  [/(reloaded|^TASK_RUNNING)$/, /^first 200$/, "the application was still starting"],
];

function because(from: Mark, to: Mark): string {
  const why = reasons.find(([before, after]) => before.test(from.what) && after.test(to.what))?.[2];
  return why === undefined ? "" : `: ${why}`;
}

function isFirstGood(mark: Mark): boolean {
  return mark.source === "page" && mark.what === words.firstGood;
}

function inOrder(marks: readonly Mark[]): Mark[] {
  return marks.filter((mark) => Number.isFinite(mark.at)).sort((a, b) => a.at - b.at);
}
