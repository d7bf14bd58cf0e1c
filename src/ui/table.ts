import { cells, clip, pad } from "./text.ts";

export interface Column {
  /** Left out with all others when none has one. */
  readonly title: string;
  readonly align?: "left" | "right";
}

const gap = "  ";
/** A column that is narrowed keeps at least this many cells. */
const minWidth = 6;

/** The lines of a table at most `width` cells wide (where its columns can be narrowed so far); cells are cut, never wrapped. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: { readonly width: number },
): string[] {
  const titles = columns.map((column) => column.title);
  const lines = titles.some((title) => title !== "") ? [titles, ...rows] : rows;
  const widths = columnWidths(columns.length, lines, options.width);
  return lines.map((row) =>
    columns
      .map(({ align }, index) => pad(clip(row[index] ?? "", widths[index] ?? 0), widths[index] ?? 0, align))
      .join(gap)
      .trimEnd(),
  );
}

function columnWidths(count: number, lines: readonly (readonly string[])[], available: number): number[] {
  const widths = Array.from({ length: count }, (_, index) =>
    lines.reduce((widest, row) => Math.max(widest, cells(row[index] ?? "")), 0),
  );
  let excess = widths.reduce((sum, width) => sum + width, gap.length * (count - 1)) - available;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= minWidth) break;
    // Of several the last one: what comes first in a row says what it is about.
    widths[widths.lastIndexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
}
