import { Document, isScalar, type Scalar, visit } from "yaml";

// Ansible reads YAML 1.1 (PyYAML), where a bare `on`, `1:30` or `1_000` is not a string: quote every string.
const format = {
  lineWidth: 0,
  defaultStringType: "QUOTE_DOUBLE",
  defaultKeyType: "PLAIN",
} as const;

/** A comment for the value at a path, such as `env.JVMFLAGS` or `volumes.6`. */
export type Comments = ReadonlyMap<string, string>;

/** Data as YAML that Ansible reads back as the same data, with comments above the values they belong to. */
export function toYaml(data: unknown, comments: Comments = new Map()): string {
  const document = new Document(data, { version: "1.1" });
  visit(document, {
    Pair(_, pair, path) {
      const key = pair.key as Scalar<string>;
      const comment = comments.get(pathOf([...path, pair]));
      if (comment !== undefined) key.commentBefore = ` ${comment}`;
    },
    Seq(_, seq, path) {
      seq.items.forEach((item, index) => {
        const comment = comments.get(`${pathOf(path)}.${index}`);
        if (comment !== undefined && isScalar(item)) item.commentBefore = ` ${comment}`;
      });
    },
  });
  return document.toString(format).replace(/^%YAML 1\.1\n---\n/, "");
}

/** The keys that lead to a node: all containers on the way are maps. */
function pathOf(path: readonly unknown[]): string {
  return path.flatMap((node) => (isPairWithKey(node) ? [String(node.key.value)] : [])).join(".");
}

function isPairWithKey(node: unknown): node is { key: Scalar } {
  return typeof node === "object" && node !== null && "key" in node && isScalar(node.key);
}

/** Every line of a text moved right; empty lines stay empty. */
export function indent(text: string, spaces: number): string {
  return text.trimEnd().replaceAll(/^(?=.)/gm, " ".repeat(spaces));
}

/** A YAML document as Ansible reads it. */
export function yamlFile(data: unknown, comments?: Comments): string {
  return `---\n${toYaml(data, comments)}`;
}
