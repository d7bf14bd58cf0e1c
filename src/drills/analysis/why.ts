import type { Learning } from "../../lab/catalogue/method.ts";
import { type DrillReport, type Lane, type Mark, marks as words } from "../model/report.ts";
import { type Phase, phaseOf } from "./phases.ts";
import { chainOf, type Step } from "./timeline.ts";
import { formatAt, formatMs } from "./words.ts";

/** A stretch of a lane's way from the break to the first good answer. */
export interface Segment {
  readonly phase: Phase;
  readonly from: Mark;
  readonly to: Mark;
  readonly ms: number;
}

/** The segment that took longest, as a sentence too. */
export interface Dominant extends Segment {
  /** Of the time from the break to the end of the chain, 0 to 1. */
  readonly share: number;
  readonly sentence: string;
}

/** What a lane's visitors waited for, one segment after another; steps of one kind that follow each other are one. */
export function segmentsOf(chain: readonly Step[], learns: Learning): Segment[] {
  const path = criticalPath(chain);
  const segments: Segment[] = [];
  for (const [i, { mark, since }] of path.entries()) {
    const before = path[i - 1];
    if (before === undefined) continue;
    const [from, ms] = [before.mark, since - before.since];
    const phase = phaseOf(from, mark, learns);
    const last = segments.at(-1);
    if (last?.phase.kind === phase.kind && phase.kind !== "unknown")
      segments.splice(-1, 1, { ...last, to: mark, ms: last.ms + ms });
    else segments.push({ phase, from, to: mark, ms });
  }
  return segments;
}

/** Without what a method did before the new task ran: that it forgot the old one held nobody up. */
function criticalPath(chain: readonly Step[]): readonly Step[] {
  const ran = chain.findLastIndex(({ mark }) => mark.what === words.running);
  return chain.filter(({ mark }, i) => i > ran || mark.lane === undefined);
}

/** Which step of a chain took longest; undefined where there is no step at all. */
export function dominant(chain: readonly Step[], learns: Learning): Dominant | undefined {
  const total = chain.at(-1)?.since ?? 0;
  const [longest] = segmentsOf(chain, learns)
    .filter(({ ms }) => ms > 0)
    .sort((a, b) => b.ms - a.ms);
  if (longest === undefined) return undefined;
  const { from, to, ms, phase } = longest;
  const share = total > 0 ? ms / total : 0;
  const because = phase.clause === undefined ? "" : `: ${phase.clause}`;
  const sentence = `${formatMs(ms)} of the ${formatMs(total)} since the break (${Math.round(share * 100)} %) passed between “${from.what}” and “${to.what}”${because}.`;
  return { ...longest, share, sentence };
}

/**
 * What took longest of the outage of a lane that recovered; nothing for one that was never down or is lost, or whose
 * outage the drill itself may have made: its marks do not explain that.
 */
export function dominates(report: Pick<DrillReport, "marks" | "breakAt">, lane: Lane): Dominant | undefined {
  if (lane.ownLoad !== undefined) return undefined;
  const chain = chainOf(report, lane.way);
  const isBack = chain.at(-1)?.mark.what === words.firstGood;
  return lane.outage.neverDown || !isBack ? undefined : dominant(chain, lane.learns);
}

/** Why the outage of a lane was as long as it was, or where its chain broke off; nothing where there was none. */
export function reasonFor(report: Pick<DrillReport, "marks" | "breakAt">, lane: Lane): string | undefined {
  if (lane.ownLoad !== undefined)
    return `The drill's own requests may have made this outage: ${lane.ownLoad}.`;
  const last = chainOf(report, lane.way).at(-1);
  if (last === undefined || lane.outage.neverDown) return undefined;
  if (last.mark.what === words.firstGood) return dominates(report, lane)?.sentence;
  return `The chain broke off after “${last.mark.what}” at ${formatAt(last.since)}: no later cause was seen.`;
}
