import { unprocessable } from "./api-error.ts";

/** A time that somebody else has written, as the API writes it. @throws ApiError 422 for what is no time. */
export function timestampOf(text: string): string {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw unprocessable(`Invalid format: "${text}"`);
  return new Date(ms).toISOString();
}

/** The time as the API writes it. */
export function timestamp(ms: number = Date.now()): string {
  return new Date(ms).toISOString();
}

/** A version later than all the others: two changes within one millisecond must not share one. */
export function nextVersion(others: readonly string[]): string {
  const latest = Math.max(0, ...others.map((version) => Date.parse(version) || 0));
  return timestamp(Math.max(Date.now(), latest + 1));
}
