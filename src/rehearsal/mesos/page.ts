import { html, raw } from "hono/html";
import { pageStyle } from "../pages/page.ts";

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A page without anything from elsewhere; all text is escaped. */
export function page(title: string, facts: readonly (readonly [string, string])[], tables: readonly Table[]) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>${title} — mesos-lab rehearsal</title>
<style>${raw(pageStyle())}</style>
</head>
<body>
<header><div><b>${title}</b>
${tables.map(({ title: name }) => html`<a href="#${anchor(name)}">${name}</a>`)}
<small>mesos-lab rehearsal</small></div></header>
<main>
<p class="dim">A stand-in that speaks the HTTP API of Mesos, not Mesos itself.</p>
<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd class="mono">${value}</dd>`)}</dl>
${tables.map(
  ({ title: name, columns, rows }) => html`<h2 id="${anchor(name)}">${name} (${rows.length})</h2>
<table>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.length === 0 ? html`<tr><td class="dim" colspan="${columns.length}">none</td></tr>` : ""}${rows.map(
    (row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody>
</table>`,
)}
</main>
</body>
</html>`;
}

function anchor(title: string): string {
  return title.toLowerCase().replaceAll(" ", "-");
}
