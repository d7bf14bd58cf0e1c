import type { DrillReport, Lane } from "../model/report.ts";
import { dominates } from "./why.ts";

/** What took longest of a lane's outage, for a cell of a table: `poll interval (5 s), 78 %`. */
export function dominantOf(report: Pick<DrillReport, "marks" | "breakAt">, lane: Lane): string {
  const found = dominates(report, lane);
  if (found !== undefined)
    return `${found.phase.short}${found.phase.inferred ? ", probably" : ""}, ${Math.round(found.share * 100)} %`;
  if (lane.ownLoad !== undefined) return "perhaps the drill's own load";
  return lane.outage.neverDown ? "–" : "not recovered";
}

/** What took longest in most of several runs: `poll interval (5 s) in 2 of 3`. */
export function usualDominant(runs: readonly DrillReport[], way: string): string {
  const found = runs.flatMap((run) =>
    run.lanes.filter((lane) => lane.way === way).flatMap((lane) => dominates(run, lane)?.phase.short ?? []),
  );
  const counts = new Map<string, number>();
  for (const words of found) counts.set(words, (counts.get(words) ?? 0) + 1);
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  if (first === undefined) return "–";
  const [words, count] = first;
  return count === runs.length ? words : `${words} in ${count} of ${runs.length}`;
}
