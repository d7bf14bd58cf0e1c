import { stripVTControlCharacters } from "node:util";

/** Text that others wrote (services, apps, files, programs), made safe to show. This is the one place where it is cleaned. */

/** Longest text of a foreign answer that is shown, in characters. */
const shownLength = 300;
/** What a terminal acts on, or what turns the direction of its text. */
const steering = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** One line: without control, escape and direction characters, at most `maxLength` characters. */
export function clean(text: string, maxLength = shownLength): string {
  // Far more than is shown, so that megabytes are not searched for the sake of a line.
  const line = withoutControls(text.slice(0, maxLength * 20).replace(/\s+/g, " ")).trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, "")}…` : line;
}

/** The same for a text of several lines, which are kept: nothing of it is cut. */
export function cleanLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => withoutControls(line.replaceAll("\t", "  ")))
    .join("\n");
}

/** Every text in plain data, keys included, as `clean` makes it. */
export function cleanAll<T>(data: T, maxLength = shownLength): T {
  if (typeof data === "string") return clean(data, maxLength) as T;
  if (Array.isArray(data)) return data.map((each) => cleanAll(each, maxLength)) as T;
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [clean(key, maxLength), cleanAll(value, maxLength)]),
  ) as T;
}

/** What a command prints: of all that a terminal acts on, line breaks, tabs and colours are left. */
export function forTerminal(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  const parts = text.split(/(\u001b\[[\d;]*m|\r?\n|\t)/);
  return parts.map((part, index) => (index % 2 === 1 ? part : part.replace(steering, ""))).join("");
}

/** Plain data as a line of JSON that a terminal may be shown: what it would act on is written as `\\u….`, and read back as it was. */
export function jsonLine(data: unknown): string {
  return JSON.stringify(data).replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, (found) =>
    found
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

/** What a text holds, if it is JSON at all. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function withoutControls(text: string): string {
  return stripVTControlCharacters(text).replace(steering, "");
}
