/** A row of a test of routes, as far as a document shows it. */
export interface RouteRow {
  readonly call: string;
  readonly type?: string | undefined;
  readonly accept?: string | undefined;
  readonly body?: unknown;
  readonly status: number;
  readonly text?: string | RegExp | undefined;
  readonly message?: string | null | undefined;
  readonly fields?: readonly string[] | undefined;
}

export interface RouteTable {
  readonly title: string;
  /** Where the rows are, below `test/`. */
  readonly test: string;
  /** Sentences: what differs from the original on purpose. */
  readonly differences: readonly string[];
  readonly rows: readonly RouteRow[];
}

/** A document of the rows that a test has tried, in their order. */
export function routeTable({ title, test, differences, rows }: RouteTable): string {
  return [
    `# ${title}`,
    "",
    `Each row is one that \`test/${test}\` tries, in this order; the test writes this page.`,
    "Fields are those that an answer has at least.",
    "",
    "What differs on purpose:",
    "",
    ...differences.map((each) => `- ${each}`),
    "",
    "| call | sent | status | answer |",
    "|---|---|---|---|",
    ...rows.map((row) => `| ${[code(row.call), sent(row), row.status, answer(row)].join(" | ")} |`),
    "",
  ].join("\n");
}

function sent({ type, accept, body }: RouteRow): string {
  const shown = [
    type === undefined ? "" : `Content-Type ${code(type)}`,
    accept === undefined ? "" : `Accept ${code(accept)}`,
    body === undefined || body === "" ? "" : code(typeof body === "string" ? body : JSON.stringify(body)),
  ];
  return shown.filter(Boolean).join(", ");
}

function answer({ fields, message, text }: RouteRow): string {
  const shown = [
    message === undefined ? "" : `message ${code(JSON.stringify(message))}`,
    fields === undefined ? "" : `fields ${fields.map(code).join(" ")}`,
    text === undefined ? "" : text === "" ? "empty" : code(String(text)),
  ];
  return shown.filter(Boolean).join("; ");
}

/** As code within a table: no line ends, no bar that ends a cell, and long ones cut. */
function code(text: string): string {
  const line = text.replaceAll("\n", "\\n").replaceAll("|", "\\|").replaceAll("`", "'");
  return `\`${line.length > 120 ? `${line.slice(0, 119)}…` : line}\``;
}
