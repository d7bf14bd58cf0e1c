/** Splits comma-separated lines into fields; fields may be quoted, with `""` for a quote inside. Empty lines are left out. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
    row.push(field.value);
    at = field.end + 1;
    if (text[field.end] === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

/** `end` is the index of the comma or line end after the field. */
interface Field {
  readonly value: string;
  readonly end: number;
}

function plainField(text: string, start: number): Field {
  const end = separatorAfter(text, start);
  return { value: text.slice(start, end).replace(/\r$/, ""), end };
}

// By hand, because a regular expression overflows its stack on a quoted field of some megabytes.
function quotedField(text: string, start: number): Field {
  let close = text.indexOf('"', start + 1);
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  const last = close < 0 ? text.length : close;
  return { value: text.slice(start + 1, last).replaceAll('""', '"'), end: separatorAfter(text, last) };
}

function separatorAfter(text: string, start: number): number {
  const separator = /[,\n]/g;
  separator.lastIndex = start;
  return separator.exec(text)?.index ?? text.length;
}
