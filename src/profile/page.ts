import { html } from "hono/html";
import { css } from "../drills/report/css.ts";
import { type Html, lines } from "../drills/report/markup.ts";
import { table } from "../drills/report/table.ts";
import { htmlPage } from "../ui/html-page.ts";
import { cleanAll } from "../untrusted.ts";
import { allRows, ownShare, type Profile, pathRows, type Row, tenths } from "./table.ts";

/** Longer texts are cut. */
const longest = 2_000;

/** The profile of one `create` as a page in one file, in the look of a drill's report. All text is escaped. */
export function profileHtml(given: Profile): string {
  const profile = cleanAll(given, longest);
  const path = pathRows(profile);
  const isOnPath = ({ begin, end, what }: Row) =>
    path.some((row) => row.what === what && row.begin === begin && row.end === end);
  const title = `create — ${profile.lab}`;
  const body = html`<main>
<header>
<p class="eyebrow">mesos-lab create --profile · ${profile.lab} · ${profile.startedAt}</p>
<h1>Where the time went</h1>
</header>
<div class="hero"><p class="headline"><strong class="figure">${tenths(profile.seconds)} s</strong> <span class="sure">${ownShare(profile)}</span></p></div>
${table(
  "The critical path: what was waited for, one after the other",
  ["Start", "End", "Seconds", "What", "Machine", "Longest in it"],
  path.map(({ begin, end, what, machine, waited }) => [
    ...[tenths(begin), tenths(end), tenths(end - begin)],
    ...[what, machine, waited],
  ]),
  [0, 1, 2],
)}
<h2>Everything, side by side</h2>
<p class="target">In bold: on the critical path.</p>
${lines(allRows(profile).map((row) => bar(row, profile.seconds, isOnPath(row))))}
</main>`;
  return htmlPage({ title, style: css, body });
}

function bar({ begin, end, what, machine }: Row, seconds: number, onPath: boolean): Html {
  const percent = (part: number) => `${((100 * part) / Math.max(seconds, 0.001)).toFixed(2)}%`;
  const where = machine === "" ? "" : ` on ${machine}`;
  return html`<p>${onPath ? html`<b>${what}${where}</b>` : `${what}${where}`}: ${tenths(end - begin)} s
<span class="range" style="display:block"><i style="left:${percent(begin)};width:${percent(end - begin)}${onPath ? "" : ";opacity:.45"}"></i></span></p>`;
}
