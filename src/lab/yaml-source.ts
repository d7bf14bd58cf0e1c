import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from "yaml";
import { type Path, type Position, type Problem, printable, quoted } from "./problems.ts";

/** A lab file's text, read: its value, and where each part of it stands. */
export interface YamlSource {
  /** Undefined where the text cannot be trusted to mean anything; `problems` says why. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Of a value, or of what is nearest to it where it is missing. */
  position(path: Path): Position;
  keyPosition(path: Path, key: string): Position;
  /** A scalar as the file writes it. */
  written(path: Path): string | undefined;
}

/** Far more than any lab needs, and little enough to read in no time. */
const maxLength = 32_768;
/** Lists in lists in lists: the YAML library recurses, and at 30 000 levels took the whole process down. */
const maxDepth = 100;
const maxAliases = 100;

const plainer: Record<string, string> = {
  MULTIPLE_DOCS: "must hold one YAML document, not several: remove this line and what follows",
  TAB_AS_INDENT: "must be indented with spaces, not tabs",
  BLOCK_AS_IMPLICIT_KEY: "has a second ': ' on the line: put a text that contains ': ' in quotes",
};

/** Reads YAML text. Never throws. */
export function readYaml(text: string): YamlSource {
  const clean = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const lines = new LineCounter();
  const refused = refusal(clean);
  if (refused !== undefined) return unreadable(refused);
  const doc = parseDocument(clean, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const spot = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = [...doc.errors, ...doc.warnings].map(({ code, pos, message }): Problem => {
    const said =
      code === "DUPLICATE_KEY"
        ? `key ${quoted(/^[^:\s]*/.exec(clean.slice(pos[0]))?.[0] ?? "")} is given twice in one mapping`
        : (plainer[code] ?? `is not YAML: ${printable(message)}`);
    return { position: spot(pos[0]), text: said };
  });
  const { value, problem } = plain(doc, spot);
  if (problem !== undefined) problems.push(problem);
  const trusted = doc.errors.every(({ code }) => code === "DUPLICATE_KEY") && problem === undefined;
  return {
    value: trusted ? value : undefined,
    problems,
    position: (path) => spot(descend(doc, path).offset),
    keyPosition: (path, key) => {
      const { node, offset } = descend(doc, path);
      const pair = isMap(node) ? lastPair(node.items, key) : undefined;
      return spot(start(pair?.key) ?? offset);
    },
    written: (path) => {
      const { node } = descend(doc, path);
      return isScalar(node) ? node.source : undefined;
    },
  };
}

/** What must not even be handed to the YAML library. */
function refusal(text: string): Problem | undefined {
  const replaced = text.indexOf("\uFFFD");
  const at = (offset: number): Position => {
    const before = text.slice(0, offset).split("\n");
    return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
  };
  if (replaced >= 0) return { position: at(replaced), text: "must be UTF-8 text, and this character is not" };
  if (text.length > maxLength)
    return { position: at(0), text: `must be at most ${maxLength} characters long, and has ${text.length}` };
  let [offset, open, onLine, isText] = [0, 0, 0, false];
  for (const token of new Lexer().lex(text)) {
    if (!isText) {
      if (token === "\n" || token === "\r\n") onLine = 0;
      if (token === "[" || token === "{") open++;
      if (token === "]" || token === "}") open--;
      if (token === "-" || token === "?") onLine++;
      if (open + onLine > maxDepth)
        return { position: at(offset), text: `must not be nested more than ${maxDepth} deep` };
    }
    // The lexer announces documents, scalars and ends of flow with control characters of no width.
    isText = token === "\u001f";
    if (!["\u0002", "\u0018", "\u001f"].includes(token)) offset += token.length;
  }
  return undefined;
}

function unreadable(problem: Problem): YamlSource {
  const position = () => ({ line: 1, column: 1 });
  return { value: undefined, problems: [problem], position, keyPosition: position, written: () => undefined };
}

function plain(doc: Document.Parsed, spot: (offset: number) => Position) {
  try {
    return { value: doc.toJS({ maxAliasCount: maxAliases }) as unknown };
  } catch (error) {
    // The library says of an alias that it leads nowhere or to too much, but not where it stands.
    let offset = 0;
    const unresolved = /alias.*: (.*)$/.exec((error as Error).message)?.[1];
    visit(doc, {
      Alias(_, alias) {
        if (unresolved !== undefined && alias.source !== unresolved) return undefined;
        offset = start(alias) ?? 0;
        return visit.BREAK;
      },
    });
    const text =
      unresolved === undefined
        ? `must not repeat parts of itself with * more than ${maxAliases} times`
        : `*${printable(unresolved)} repeats a part that no & names`;
    return { value: undefined, problem: { position: spot(offset), text } };
  }
}

/** The node at a path, through aliases, or undefined with the offset of its nearest ancestor. */
function descend(doc: Document.Parsed, path: Path): { node: unknown; offset: number } {
  let node: unknown = doc.contents;
  let offset = start(node) ?? 0;
  for (const key of path) {
    const parent = isAlias(node) ? node.resolve(doc) : node;
    if (isSeq(parent)) node = parent.items[Number(key)];
    else if (isMap(parent)) {
      const pair = lastPair(parent.items, String(key));
      node = pair?.value;
      // An empty value has no place of its own: its key's is as good.
      offset = start(pair?.key) ?? offset;
    } else node = undefined;
    if (node === undefined || node === null) return { node: undefined, offset };
    const own = node as Node;
    if (!(isScalar(own) && own.source === "")) offset = start(own) ?? offset;
  }
  return { node: isAlias(node) ? node.resolve(doc) : node, offset };
}

function start(node: unknown): number | undefined {
  return (node as Node | undefined | null)?.range?.[0];
}

/** Of keys given twice the last one counts. */
function lastPair(pairs: readonly Pair[], key: string): Pair | undefined {
  return pairs.findLast((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key) === key);
}
