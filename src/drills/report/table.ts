import { html, raw } from "hono/html";
import { formatMs } from "../analysis/words.ts";
import { type Html, lines } from "./markup.ts";

/** What a cell may hold: text is escaped, markup stays. */
export type Cell = string | Html;

/** A table whose first column heads its rows; `numeric` columns are aligned right, `marked` rows stand out. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  numeric: readonly number[] = [],
  marked: readonly number[] = [],
): Html {
  const right = (i: number) => (numeric.includes(i) ? raw(' class="n"') : "");
  const cell = (content: Cell, i: number) =>
    i === 0 ? html`<th scope="row"${right(i)}>${content}</th>` : html`<td${right(i)}>${content}</td>`;
  const body = rows.map(
    (row, r) => html`<tr${marked.includes(r) ? raw(' class="slowest"') : ""}>${row.map(cell)}</tr>`,
  );
  return html`<div class="scroll"><table><caption>${caption}</caption>
<thead><tr>${heads.map((head, i) => html`<th scope="col"${right(i)}>${head}</th>`)}</tr></thead>
<tbody>
${lines(body)}
</tbody></table></div>`;
}

export function ms(value: number | null): string {
  return value === null ? "–" : formatMs(value);
}
