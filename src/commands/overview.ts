import { absentClaims, absentLines } from "../claims/claims-for.ts";
import { verdictTable } from "../claims/report.ts";
import type { Verdict } from "../claims/verdict.ts";
import { discoveryNotes } from "../lab/discovery.ts";
import { pages } from "../lab/pages.ts";
import type { Run } from "../machines/run.ts";
import type { Context } from "./context.ts";

/** Prints what was found and where the lab can be looked at; nothing before there was a verdict. */
export function printLab(run: Run, verdict: Verdict | undefined, context: Context): void {
  if (verdict === undefined) return;
  if (context.json) {
    context.emit({
      event: "result",
      lab: run.lab.name,
      holds: verdict.holds,
      claims: verdict.results,
      ...(run.lab.embedded === undefined ? {} : { absent: absentClaims(run.lab) }),
      pages: pages(run.lab),
    });
    return;
  }
  context.print(verdictTable(verdict, { width: context.width, color: context.color }));
  for (const text of absentLines(run.lab)) context.print(text);
  if (!verdict.holds) return;
  context.print("");
  const width = Math.max(...pages(run.lab).map(({ title }) => title.length));
  for (const { title, url } of pages(run.lab)) context.print(`${title.padEnd(width)} ${url}`);
  for (const note of discoveryNotes(run.lab)) context.print(note);
}
