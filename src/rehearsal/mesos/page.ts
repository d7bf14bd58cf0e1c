import { html } from "hono/html";

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
<meta http-equiv="refresh" content="5">
<title>${title} - mesos-lab rehearsal</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; color: #222; }
p.notice { background: #fff3cd; padding: .5em 1em; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3em .8em .3em 0; border-bottom: 1px solid #ddd; }
td { overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>${title}</h1>
<p class="notice">mesos-lab rehearsal: a stand-in that speaks the HTTP API of Mesos, not Mesos itself.</p>
<dl>${facts.map(([name, value]) => html`<dt><b>${name}</b></dt><dd>${value}</dd>`)}</dl>
${tables.map(
  ({ title: name, columns, rows }) => html`<h2>${name} (${rows.length})</h2>
<table>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table>`,
)}
</body>
</html>`;
}
