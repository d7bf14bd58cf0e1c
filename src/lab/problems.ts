import { LabError } from "../errors.ts";

/** Where in the lab file a value stands: keys and list indices from the top. */
export type Path = readonly (string | number)[];

/** Line and column, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing wrong with the lab file or the flags. Problems of flags have no position. */
export interface Problem {
  readonly position?: Position;
  readonly text: string;
}

/** More are counted. */
const mostShown = 20;

/** One error that lists every problem: the file's in its order, then the flags'. */
export function problemsError(problems: readonly Problem[], file: string): LabError {
  const line = ({ position }: Problem) => position?.line ?? Number.POSITIVE_INFINITY;
  const column = ({ position }: Problem) => position?.column ?? 0;
  const sorted = problems.toSorted((a, b) =>
    line(a) === line(b) ? column(a) - column(b) : line(a) - line(b),
  );
  // A number can break one rule twice: no whole number, and too large.
  const details = new Set(
    sorted.map(({ position, text }) =>
      position === undefined ? text : `${file}:${position.line}:${position.column}: ${text}`,
    ),
  );
  const where = problems.every(({ position }) => position !== undefined)
    ? file
    : problems.some(({ position }) => position !== undefined)
      ? `${file} and the flags`
      : "the flags";
  const count = details.size === 1 ? "is a mistake" : `are ${details.size} mistakes`;
  const more = details.size > mostShown ? [`and ${details.size - mostShown} more`] : [];
  return new LabError("lab-file-wrong", `there ${count} in ${where}`, {
    details: [...[...details].slice(0, mostShown), ...more],
  });
}

/** `machines[1].ip` */
export function pathText(path: Path): string {
  return path
    .map((key, index) => {
      if (typeof key === "number") return `[${key}]`;
      if (!/^[\w-]{1,60}$/.test(key)) return `[${quoted(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join("");
}

/** Text in quotes, cut to a readable length, with nothing in it that could upset a terminal. */
export function quoted(text: string): string {
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  return `${printable(shown)}${text.length > 60 ? ` (${text.length} characters)` : ""}`;
}

/** Control, direction and other invisible characters as escapes. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

/** A value as a complaint shows it; `source` is how the file writes it. */
export function valueText(value: unknown, source?: string): string {
  if (typeof value === "string") return quoted(value);
  if (value === null) return "(no value)";
  if (Array.isArray(value)) return "(a list)";
  if (typeof value === "object") return "(a mapping)";
  const text = source ?? String(value);
  return printable(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** ` did you mean "name"?` or the names there are. */
export function suggestion(wrong: string, known: readonly string[]): string {
  const close = known
    .map((name) => ({ name, distance: distance(wrong.slice(0, 40).toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0];
  return close === undefined ? `known here: ${known.join(", ")}` : `did you mean "${close.name}"?`;
}

/** Edits (insert, delete, replace, swap neighbours) that make `a` of `b`. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
      row.push(best);
    }
  }
  return at(a.length, b.length);
}
