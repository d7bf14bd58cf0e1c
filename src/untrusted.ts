import { stripVTControlCharacters } from "node:util";

/** Longest text of a foreign answer that is shown, in characters. */
const shownLength = 300;

/** A foreign text made safe to print: one line, no control, escape or direction characters, bounded in length. */
export function clean(text: string, maxLength = shownLength): string {
  // Far more than is shown, so that megabytes are not searched for the sake of a line.
  const head = stripVTControlCharacters(text.slice(0, maxLength * 20));
  const line = head
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "")
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}
