import { stripVTControlCharacters } from "node:util";
import { exitCodes, LabError } from "../errors.ts";
import { type Entry, effective } from "../lab/catalogue/container.ts";

/** Fetches what a service printed last; empty where there is nothing. */
export type LastLines = (entry: Entry, signal: AbortSignal) => Promise<string>;

/**
 * What failing services printed last: one detail for each that tells.
 * Help for a failure that is known already, so that whatever goes wrong here is left out.
 */
export async function lastWords(
  lastLines: LastLines,
  suspects: readonly Entry[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const said = await Promise.all(suspects.map((entry) => lastWordsOf(lastLines, entry, signal)));
  return said.filter((detail) => detail !== undefined);
}

async function lastWordsOf(
  lastLines: LastLines,
  entry: Entry,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const lines = stripVTControlCharacters(await lastLines(entry, signal)).split("\n");
    if (lines.every((line) => line.trim() === "")) return undefined;
    const title = `${effective(entry).name} on ${entry.machine.name} printed last:`;
    return [title, ...lines.map((line) => line.trimEnd())].join("\n  ");
  } catch (error) {
    if (error instanceof LabError && error.exitCode !== exitCodes.interrupted) return undefined;
    throw error;
  }
}

/** The same failure with more facts. */
export function withDetails(error: LabError, more: readonly string[]): LabError {
  const { id, message, remedy, details, cause } = error;
  return new LabError(id, message, { remedy, details: [...details, ...more], cause });
}
