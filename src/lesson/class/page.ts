import { html, raw } from "hono/html";
import { htmlPage } from "../../ui/html-page.ts";
import { cleanAll } from "../../untrusted.ts";
import type { Row } from "./rows.ts";
import { heads, numeric, tableCells } from "./table.ts";

/** One page for a class: no script, nothing from outside, all text escaped. */
export function pageOf(given: readonly Row[]): string {
  const rows = given.map((row) => cleanAll(row));
  const right = (index: number) => (numeric.includes(index) ? raw(' class="n"') : "");
  const line = (row: Row) => {
    const [student, ...others] = tableCells(row);
    const mark = row.remarks.length > 0 ? raw(' class="odd"') : "";
    return html`<tr${mark}><th scope="row">${student}</th>${others.map((text, index) => html`<td${right(index + 1)}>${text}</td>`)}<td>${row.remarks.join("; ")}</td></tr>
`;
  };
  const body = html`<main>
<h1>The class</h1>
<p>${rows.length} reports, ${rows.filter(({ remarks }) => remarks.length > 0).length} with a remark</p>
<table>
<thead><tr>${heads.map((head, index) => html`<th scope="col"${right(index)}>${head}</th>`)}<th scope="col">Remarks</th></tr></thead>
<tbody>
${rows.map(line)}</tbody>
</table>
</main>`;
  return htmlPage({ title: "mesos-lab: the class", style: css, body });
}

const css = `
:root{--bg:#fbfaf7;--ink:#1b1f24;--dim:#57606a;--line:#d5d3cc;--odd:#fdf0d5}
@media (prefers-color-scheme:dark){:root{--bg:#14171c;--ink:#eceff3;--dim:#a3adb9;--line:#363c45;--odd:#3a3018}}
body{margin:0;background:var(--bg);color:var(--ink);font:18px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
main{max-width:1320px;margin:0 auto;padding:28px 32px 40px}h1{margin:0}main>p{color:var(--dim)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:baseline;padding:.28em .9em .28em .35em;border-bottom:1px solid var(--line);font-weight:400;overflow-wrap:anywhere}
thead th{color:var(--dim);font-size:.85em}.n{text-align:right;white-space:nowrap}.odd>*{background:var(--odd)}
@media print{@page{size:A4 landscape;margin:12mm}body{font-size:10pt}main{max-width:none;padding:0}tr{break-inside:avoid}}
`;
