import { setFlagsFromString } from "node:v8";

/** The part of HAProxy's ACL language that the built-in proxy understands. */

export interface RequestFacts {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** By lowercase name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Whether a request is one of those that the ACL means. */
export type Matcher = (request: RequestFacts) => boolean;

type Compare = (value: string, pattern: string) => boolean;

const compares: Readonly<Record<string, Compare>> = {
  "": (value, pattern) => value === pattern,
  beg: (value, pattern) => value.startsWith(pattern),
  end: (value, pattern) => value.endsWith(pattern),
  sub: (value, pattern) => value.includes(pattern),
  dir: (value, pattern) => segments(value).includes(segments(pattern)),
  dom: (value, pattern) => `.${value.replace(/:\d+$/, "")}.`.includes(`.${pattern}.`),
};

function segments(path: string): string {
  return `/${path.split("/").filter(Boolean).join("/")}/`;
}

const known =
  "path, path_beg, path_end, path_sub, path_dir, path_reg, hdr(name) with the same endings and hdr_dom(name), method; flags -i and --";

/**
 * Reads a rule such as `path_beg -i /` or `hdr(host) -i shop.example`; several values mean any of them.
 * @throws Error that says which word is not understood, and what is.
 */
export function parseAcl(text: string): Matcher {
  const [criterion = "", ...rest] = text.trim().split(/\s+/);
  const match = /^(path|hdr|method)(?:_(beg|end|sub|dir|dom|reg))?(?:\(([\w-]+)(?:,-1)?\))?$/.exec(criterion);
  const [, what = "", how = "", header] = match ?? [];
  const right =
    (what === "path" && header === undefined && how !== "dom") ||
    (what === "hdr" && header !== undefined) ||
    (what === "method" && header === undefined && how === "");
  if (!right) throw unsupported(`'${criterion}'`);
  const { ignoreCase, patterns } = readPatterns(rest);
  if (patterns.length === 0) throw unsupported(`'${criterion}' without a value`);
  const fits = comparison(how, patterns, ignoreCase);
  return (request) => valuesOf(request, what, header).some(fits);
}

function readPatterns(words: readonly string[]): { ignoreCase: boolean; patterns: string[] } {
  let ignoreCase = false;
  let index = 0;
  for (; words[index]?.startsWith("-"); index += 1) {
    const word = words[index] ?? "";
    if (word === "--") {
      index += 1;
      break;
    }
    if (word !== "-i") throw unsupported(`the flag '${word}'`);
    ignoreCase = true;
  }
  const patterns = words.slice(index);
  const strange = patterns.find((pattern) => /["'\\]|^[{}]$|^(?:\|\||or)$/.test(pattern));
  if (strange !== undefined) throw unsupported(`'${strange}'`);
  return { ignoreCase, patterns };
}

function comparison(
  how: string,
  patterns: readonly string[],
  ignoreCase: boolean,
): (value: string) => boolean {
  if (how === "reg") {
    const expressions = patterns.map((pattern) => expression(pattern, ignoreCase));
    return (value) => expressions.some((one) => one.test(value));
  }
  const compare = compares[how] as Compare;
  const fold = (value: string) => (ignoreCase ? value.toLowerCase() : value);
  const folded = patterns.map(fold);
  return (value) => folded.some((pattern) => compare(fold(value), pattern));
}

/**
 * An expression that takes no longer than its text is long: anybody may write a rule, and one that goes back and forth
 * would stop the proxy for all. V8 has such a matcher behind a flag (https://v8.dev/blog/non-backtracking-regexp).
 */
function expression(pattern: string, ignoreCase: boolean): { test(value: string): boolean } {
  setFlagsFromString("--enable-experimental-regexp-engine");
  try {
    // That matcher knows no flag `i`: both sides are compared in lowercase. No pattern has a backslash.
    const linear = new RegExp(ignoreCase ? pattern.toLowerCase() : pattern, "l");
    return { test: (value) => linear.test(ignoreCase ? value.toLowerCase() : value) };
  } catch (cause) {
    throw unsupported(`the expression '${pattern}' (${(cause as Error).message})`);
  }
}

function valuesOf(request: RequestFacts, what: string, header: string | undefined): string[] {
  if (what === "path") return [request.path];
  if (what === "method") return [request.method];
  // As HAProxy: a header with commas has several values.
  return [request.headers[header?.toLowerCase() ?? ""] ?? []]
    .flat()
    .flatMap((value) => value.split(/\s*,\s*/));
}

function unsupported(what: string): Error {
  return new Error(
    `the built-in proxy does not understand ${what} in an ACL. It knows ${known}. With HAProxy installed on this host, create the lab anew for all of its language`,
  );
}
