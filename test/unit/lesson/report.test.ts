import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { csvOf } from "../../../src/lesson/class/csv.ts";
import { pageOf } from "../../../src/lesson/class/page.ts";
import { rowsOf } from "../../../src/lesson/class/rows.ts";
import { readNotes, writeNotes } from "../../../src/lesson/notes.ts";
import { isReport, opened } from "../../../src/lesson/report/document.ts";
import { teachersPublicKey } from "../../../src/lesson/report/keys.ts";
import { reportSchema } from "../../../src/lesson/report/model.ts";
import { LabFolder } from "../../../src/tools/lab-folder.ts";
import { newLabKey, reportFile, studentReport } from "../../helpers/student-report.ts";

const root = mkdtempSync(join(tmpdir(), "mesos-lab-report-"));
beforeAll(() => mkdirSync(join(root, "generated/lab"), { recursive: true }));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The paths of all values in plain data. */
function paths(data: unknown, before: readonly string[] = []): string[][] {
  if (typeof data !== "object" || data === null) return [[...before]];
  return Object.entries(data).flatMap(([key, value]) => paths(value, [...before, key]));
}

/** Another value of the same kind. */
function other(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  const text = String(value);
  if (/^\d{4}-/.test(text)) return new Date(Date.parse(text) - 60_000).toISOString();
  const words: Record<string, string> = { student: "solve", solve: "student", repaired: "revealed" };
  return words[text] ?? (text === "revealed" ? "repaired" : `${text}s`);
}

describe("a report", () => {
  test("is read as it was written, however its file is laid out", () => {
    const text = reportFile();
    const laidOut = JSON.stringify(JSON.parse(text));
    for (const each of [text, laidOut])
      expect(opened(each)).toMatchObject({ report: studentReport(), genuine: true });
    expect(isReport(text)).toBe(true);
  });

  test.each(paths(studentReport()).map((path) => [path.join("."), path] as const))(
    "shows that %s was changed by hand",
    (_, path) => {
      const file = JSON.parse(reportFile());
      const parent = path.slice(0, -1).reduce((data, key) => data[key], file.report);
      const last = path.at(-1) as string;
      parent[last] = other(parent[last]);
      expect(reportSchema.safeParse(file.report).success).toBe(true);
      expect(opened(JSON.stringify(file))).toMatchObject({ genuine: false });
    },
  );

  test("with another key in it, or another signature, is no less changed", () => {
    const [file, stranger] = [JSON.parse(reportFile()), JSON.parse(reportFile())];
    for (const change of [
      { key: stranger.key },
      { signature: stranger.signature },
      { key: "no key" },
      { signature: "" },
    ])
      expect(opened(JSON.stringify({ ...file, ...change }))).toMatchObject({ genuine: false });
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["a list as deep as it is long", "[".repeat(1_000_000)],
    ["another document", "{}"],
    ["a step too many", reportFile().replace('"steps": [', '"more": 1, "steps": [')],
    ["far too much", `${reportFile()}${" ".repeat(3_000_000)}`],
  ])("that is %s is told", (_, text) => {
    expect(opened(text)).toMatchObject({
      report: undefined,
      why: expect.stringMatching(/no report|too long/),
    });
  });

  test("that is sealed is read by the teacher alone", () => {
    const [teacher, stranger] = [generateKeyPairSync("x25519"), generateKeyPairSync("x25519")];
    const text = reportFile({ student: "Grace" }, newLabKey(), teacher.publicKey);
    expect(text).not.toMatch(/Grace|rehearsal/);
    expect(isReport(text)).toBe(true);
    expect(opened(text, teacher.privateKey)).toMatchObject({ report: { student: "Grace" }, genuine: true });
    expect(opened(text, stranger.privateKey)).toMatchObject({
      why: expect.stringContaining("for another key"),
    });
    expect(opened(text)).toMatchObject({ why: "it is sealed, and --key is not given" });
    const file = JSON.parse(text);
    const bytes = Buffer.from(file.sealed.box, "base64");
    bytes[40] = (bytes[40] as number) ^ 1;
    file.sealed.box = bytes.toString("base64");
    expect(opened(JSON.stringify(file), teacher.privateKey)).toMatchObject({
      why: expect.stringContaining("changed by hand"),
    });
    for (const short of ["", "AAAA"])
      expect(
        opened(
          JSON.stringify({ ...file, sealed: { from: file.sealed.from, box: short } }),
          teacher.privateKey,
        ),
      ).toMatchObject({ report: undefined });
  });

  test("is sealed to a public key of the right kind only", () => {
    const pem = (kind: "x25519" | "ed25519") => {
      const { publicKey, privateKey } = generateKeyPairSync(kind as "x25519");
      return {
        whole: String(publicKey.export({ type: "spki", format: "pem" })),
        secret: String(privateKey.export({ type: "pkcs8", format: "pem" })),
      };
    };
    expect(teachersPublicKey(pem("x25519").whole)).toBeDefined();
    for (const text of ["", "no key", pem("ed25519").whole, pem("x25519").secret])
      expect(teachersPublicKey(text)).toBeUndefined();
  });
});

test("notes that somebody else has written are told, and stay so", () => {
  const folder = new LabFolder("lab", join(root, "generated"));
  const passed = { mesos: { at: "2026-11-26T09:00:00.000Z", by: "solve" } } as const;
  writeNotes(folder, { passed, begun: {} });
  expect(readNotes(folder)).toEqual({ passed, begun: {} });
  expect(statSync(folder.file("lesson.key")).mode & 0o777).toBe(0o600);
  const path = folder.file("lesson.json");
  writeFileSync(path, readFileSync(path, "utf8").replace('"solve"', '"student"'));
  const changed = readNotes(folder);
  expect(changed).toMatchObject({ changed: true, passed: { mesos: { by: "student" } } });
  writeNotes(folder, changed);
  expect(readNotes(folder)).toMatchObject({ changed: true });
  writeFileSync(path, readFileSync(path, "utf8").replace('"changed": true,', ""));
  expect(readNotes(folder)).toMatchObject({ changed: true });
});

describe("a class", () => {
  const handed = (file: string, text: string) => ({ file, opened: opened(text) });

  test("is a row for each student, by name, with what is wrong", () => {
    const key = newLabKey();
    const rows = rowsOf([
      handed("letter.txt", "Dear teacher"),
      handed("b.json", reportFile({ student: "Bob" }, key)),
      handed("a.json", reportFile({}, key)),
      handed("c.json", reportFile({ student: "Cy", notesChanged: true })),
      handed("d.json", reportFile({ student: "Dan" }).replaceAll('"Dan"', '"Don"')),
    ]);
    expect(rows.map(({ student, file, remarks }) => [student, file, ...remarks])).toEqual([
      ["Ada", "a.json", "the same lab as that of Bob"],
      ["Bob", "b.json", "the same lab as that of Ada"],
      ["Cy", "c.json", "the lab's own notes were changed by hand"],
      ["Don", "d.json", "changed by hand: the signature does not fit"],
      ["", "letter.txt", "it is no report of mesos-lab"],
    ]);
    expect(rows[0]).toMatchObject({
      ...{ stepsDone: 2, steps: 3, solved: 1, minutes: 40, repaired: 1, incidents: 3, revealed: 1, hints: 3 },
      repairs: [{ fault: "memory", seconds: 120 }],
    });
  });

  test("has no formulas in its CSV, and every text in one cell", () => {
    const names = ["=1+1", "+1", "-1", "@SUM(A1)", 'a "b", c', "\tx\u001b[31m", "＝1"];
    const csv = csvOf(rowsOf(names.map((student, i) => handed(`${i}.json`, reportFile({ student })))));
    const first = csv.split("\r\n").slice(1, -1);
    expect(first).toHaveLength(names.length);
    for (const line of first) expect(line).toMatch(/^("'[=+\-@＝]|"a ""b"", c"|x,)/);
    expect(csv).not.toContain("\u001b");
  });

  test("is a page in which all text is text", () => {
    const student = `<script>alert("x")</script>\u202e&`;
    const page = pageOf(rowsOf([handed("<b>.json", reportFile({ student })), handed("<i>", "")]));
    expect(page).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;");
    expect(page).not.toMatch(/<script|<b>|<i>|\u202e|https?:/);
  });
});
