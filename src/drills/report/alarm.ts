import { html } from "hono/html";
import { formatCount, formatMs, lossInWords } from "../analysis/words.ts";
import type { DrillReport, Lane } from "../model/report.ts";
import type { Html } from "./markup.ts";
import { table } from "./table.ts";

/** What the reader must know before the figures: a lab that is still broken, and what makes a figure less than it seems. */
export function alarm(report: DrillReport): Html {
  const notes = [...report.notes, ...report.lanes.flatMap(doubts)];
  if (report.recovered && notes.length === 0) return html``;
  const list = notes.length === 0 ? "" : html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`;
  return html`<div class="alarm${report.recovered ? " mild" : ""}">${report.recovered ? "" : lost(report)}${list}</div>`;
}

function lost(report: DrillReport): Html {
  const seen = Object.entries(report.lastSeen);
  const last = seen.length === 0 ? "" : table("Last seen", ["Part", "State"], seen);
  const words = lossInWords(report);
  return html`<p><strong>${words.charAt(0).toUpperCase()}${words.slice(1)}.</strong></p>${last}`;
}

function doubts({ way, outage, sampling }: Lane): string[] {
  return [
    ...(outage.badBeforeBreak ? [`${way}: the page had failed before the break.`] : []),
    ...(outage.startUnknown ? [`${way}: no good answer preceded the first miss.`] : []),
    ...(sampling.full ? [`${way}: sampling ended early, at its cap.`] : []),
    ...(sampling.localFaults > 0
      ? [`${way}: ${formatCount(sampling.localFaults)} requests failed on this host and were not counted.`]
      : []),
    ...(sampling.missedSlots + sampling.crowdedSlots > 0.05 * sampling.sent
      ? [
          `${way}: ${formatCount(sampling.missedSlots + sampling.crowdedSlots)} requests could not be sent in time; the longest blind spot was ${formatMs(outage.longestBlindMs)}.`,
        ]
      : []),
  ];
}
