import { absentClaims, absentLines } from "../claims/claims-for.ts";
import { verdictTable } from "../claims/report.ts";
import type { Verdict } from "../claims/verdict.ts";
import { pages } from "../lab/catalogue/index.ts";
import { discoveryNotes } from "../lab/discovery.ts";
import type { Lab } from "../lab/model.ts";
import type { Context } from "./context.ts";

/** Prints what was found and where the lab can be looked at; nothing before there was a verdict. */
export function printLab(lab: Lab, verdict: Verdict | undefined, context: Context): void {
  if (verdict === undefined) return;
  if (context.json) {
    context.emit({
      event: "result",
      lab: lab.name,
      holds: verdict.holds,
      claims: verdict.results,
      absent: absentClaims(lab),
      pages: pages(lab),
    });
    return;
  }
  context.print(verdictTable(verdict, { width: context.width, color: context.color }));
  for (const text of absentLines(lab)) context.print(text);
  if (!verdict.holds) return;
  context.print("");
  const width = Math.max(...pages(lab).map(({ title }) => title.length));
  for (const { title, url } of pages(lab)) context.print(`${title.padEnd(width)} ${url}`);
  for (const note of discoveryNotes(lab)) context.print(note);
}
