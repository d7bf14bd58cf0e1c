import { exitCodes, LabError } from "../errors.ts";
import { usageError } from "../flags.ts";
import { csvOf } from "../lesson/class/csv.ts";
import { pageOf } from "../lesson/class/page.ts";
import { type Handed, type Row, rowsOf } from "../lesson/class/rows.ts";
import { heads, numeric, tableCells } from "../lesson/class/table.ts";
import { opened } from "../lesson/report/document.ts";
import { privateKey } from "../lesson/report/keys.ts";
import { systemWords } from "../tools/file-errors.ts";
import { readIfThere } from "../tools/files.ts";
import { paint } from "../ui/color.ts";
import { formatTable } from "../ui/table.ts";
import { clean, cleanAll } from "../untrusted.ts";
import type { Context } from "./context.ts";

export interface ClassOptions {
  /** A file with the teacher's private key, for reports that are sealed. */
  readonly key?: string;
  readonly csv?: boolean;
  readonly html?: boolean;
}

/** More than any class has. */
const mostFiles = 1000;

/** `class report FILES`: a table of the reports that students have handed in. */
export async function classReport(
  files: readonly string[],
  { key, csv = false, html = false }: ClassOptions,
  context: Context,
): Promise<number> {
  if (files.length === 0)
    throw usageError("class report needs the files of the reports", ["npx mesos-lab class report *.json"]);
  if (files.length > mostFiles) throw usageError(`${files.length} files: at most ${mostFiles} are read`);
  if (Number(csv) + Number(html) + Number(context.json) > 1)
    throw usageError("--csv, --html and --json: one of them at a time");
  const teacher = key === undefined ? undefined : keyIn(key);
  const rows = rowsOf([...new Set(files)].map((file) => handed(file, teacher)));
  if (context.json) context.emit({ event: "result", reports: cleanAll(rows) });
  else context.print(csv ? csvOf(rows).trimEnd() : html ? pageOf(rows).trimEnd() : plain(rows, context));
  return rows.every(({ remarks }) => remarks.length === 0) ? exitCodes.ok : exitCodes.verify;
}

/** The table, and below it in full what is wrong with which report. */
function plain(rows: readonly Row[], { width, color }: Context): string {
  const columns = heads.map((title, index) => ({
    title,
    align: numeric.includes(index) ? ("right" as const) : ("left" as const),
  }));
  const cells = rows.map((row) => tableCells(row).map((cell) => clean(cell)));
  const remarks = rows.flatMap(({ student, file, remarks: each }) =>
    each.map((remark) => {
      const who = student === "" ? file : `${student} (${file})`;
      return `${paint(color, "red", "✖")} ${clean(who)}: ${clean(remark)}`;
    }),
  );
  const table = formatTable(columns, cells, { width });
  return [...table, ...(remarks.length > 0 ? ["", ...remarks] : [])].join("\n");
}

function handed(file: string, teacher: ReturnType<typeof privateKey>): Handed {
  try {
    const text = readIfThere(file);
    const missing = { report: undefined, why: "there is no such file" };
    return { file, opened: text === undefined ? missing : opened(text, teacher) };
  } catch (error) {
    const why = `it cannot be read: ${systemWords(error as NodeJS.ErrnoException)}`;
    return { file, opened: { report: undefined, why } };
  }
}

function keyIn(file: string) {
  const key = privateKey(readIfThere(file) ?? "", "x25519");
  if (key !== undefined) return key;
  throw new LabError("teacher-key-wrong", `${file} is no teacher's private key`, {
    details: ["wanted is a private key of X25519 in PEM, without a password"],
    remedy: ["openssl genpkey -algorithm X25519 -out teacher.key"],
  });
}
