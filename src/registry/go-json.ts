/**
 * JSON as Go's `encoding/json` writes it. An image's id is the checksum of its configuration's text: to be the same
 * image as the one that an engine makes, every byte has to be the same, and JavaScript orders keys and rounds numbers
 * in its own way.
 */

const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+/g;

/**
 * The members of an object by their keys, each value as it was written. Of a key that is there twice the last counts.
 * @throws SyntaxError for what is no JSON, TypeError for what is no object.
 */
export function members(text: string): Map<string, string> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError("is no object");
  const found = new Map<string, string>();
  let depth = 0;
  let key: string | undefined;
  let start = 0;
  for (const { 0: word, index } of text.matchAll(token)) {
    if (depth === 1 && key === undefined && word.startsWith('"')) key = JSON.parse(word) as string;
    else if (depth === 1 && word === ":") start = index + 1;
    if (depth === 1 && (word === "," || word === "}") && key !== undefined) {
      found.set(key, text.slice(start, index).trim());
      key = undefined;
    }
    if (word === "{" || word === "[") depth += 1;
    if (word === "}" || word === "]") depth -= 1;
  }
  return found;
}

/** A value as Go writes one that it took over unread: without blanks, and safe inside HTML. */
export function compact(text: string): string {
  return escapeHtml((text.match(token) ?? []).join(""));
}

/** Members as Go writes a map: sorted by key. */
export function goObject(entries: ReadonlyMap<string, string>): string {
  const sorted = [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${sorted.map(([key, value]) => `${goString(key)}:${value}`).join(",")}}`;
}

export function goString(text: string): string {
  return escapeHtml(JSON.stringify(text).replaceAll("\\b", "\\u0008").replaceAll("\\f", "\\u000c"));
}

function escapeHtml(text: string): string {
  return text.replaceAll(
    /[<>&\u2028\u2029]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
