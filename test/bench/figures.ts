import { writeFileSync } from "node:fs";

/** All that was measured: titles with their rows, and the single values behind the medians, in ms. */
const figures: Record<string, { rows: Record<string, string>; raw: Record<string, readonly number[]> }> = {};

export type Row = readonly [what: string, value: string];

/** Prints a table, and keeps it with its single values. @throws Error where nothing was measured */
export function print(title: string, raw: Record<string, readonly number[]>, rows: readonly Row[]): void {
  for (const [what, values] of Object.entries(raw))
    if (values.length === 0 || !values.every(Number.isFinite))
      throw new Error(`${title}: ${what} was not measured`);
  figures[title] = { rows: Object.fromEntries(rows), raw };
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  process.stdout.write(`\n${title}\n${lines.join("\n")}\n`);
}

export function writeFigures(file: string): void {
  writeFileSync(file, JSON.stringify(figures, undefined, 2));
}
