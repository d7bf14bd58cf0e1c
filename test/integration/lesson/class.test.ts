import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openDesk } from "../../helpers/run-cli.ts";
import { newLabKey, reportFile } from "../../helpers/student-report.ts";

const render = ["render", "--runs-on", "embedded"];

describe("lesson report", () => {
  test("writes what was done into a file of the student's, and over it the next time", async () => {
    const desk = openDesk();
    await desk.run(render);
    const first = await desk.run(["lesson", "report", "--student", "Ada L."]);
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.stdout).toMatch(/^lesson-Ada-L\.json: 0 of \d+ steps, 0 incidents repaired\n$/);
    expect(await desk.run(["lesson", "report", "--student", "Ada L."])).toMatchObject({ exitCode: 0 });
    const shown = await desk.run(["class", "report", "lesson-Ada-L.json"]);
    expect(shown).toMatchObject({ exitCode: 0 });
    expect(shown.stdout).toContain("Ada L.");
    // The lab's key goes with the lab.
    expect(await desk.run(["destroy", "--yes"])).toMatchObject({ exitCode: 0 });
    expect(readdirSync(desk.folder)).toEqual(["lesson-Ada-L.json"]);
  });

  test("writes over nothing that is no report", async () => {
    const desk = openDesk();
    await desk.run(render);
    writeFileSync(desk.path("essay.json"), "{}");
    const refused = await desk.run(["lesson", "report", "--output", "essay.json"]);
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toContain("and it is no report");
    expect(readFileSync(desk.path("essay.json"), "utf8")).toBe("{}");
    expect(await desk.run(["lesson", "report", "--output", "essay.json", "--yes"])).toMatchObject({
      exitCode: 0,
    });
  });

  test("shows what was changed by hand, in the file or in the lab's notes", async () => {
    const desk = openDesk();
    await desk.run(render);
    const done = { passed: { mesos: { at: "2026-11-26T09:00:00.000Z", by: "student" } }, begun: {} };
    writeFileSync(desk.path("generated/mesos-lab/lesson.json"), JSON.stringify(done));
    await desk.run(["lesson", "report", "--student", "Bob"]);
    const shown = await desk.run(["class", "report", "lesson-Bob.json"]);
    expect(shown).toMatchObject({ exitCode: 5 });
    expect(shown.stdout).toContain("notes were changed by hand");
    const text = readFileSync(desk.path("lesson-Bob.json"), "utf8");
    writeFileSync(
      desk.path("lesson-Bob.json"),
      text.replace('"notesChanged": true', '"notesChanged": false'),
    );
    const again = await desk.run(["class", "report", "lesson-Bob.json", "--json"]);
    expect(again).toMatchObject({ exitCode: 5 });
    const [row] = JSON.parse(again.stdout).reports;
    expect(row).toMatchObject({ student: "Bob", remarks: ["changed by hand: the signature does not fit"] });
  });

  test("is for the teacher's eyes where there is the teacher's key", async () => {
    const desk = openDesk();
    await desk.run(render);
    const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: desk.folder, stdio: "pipe" });
    openssl("genpkey", "-algorithm", "X25519", "-out", "teacher.key");
    openssl("pkey", "-in", "teacher.key", "-pubout", "-out", "teacher.pub");
    const report = ["lesson", "report", "--student", "Cy", "--teacher"];
    const wrong = await desk.run([...report, "teacher.key"]);
    expect(wrong).toMatchObject({ exitCode: 2 });
    expect(wrong.stderr).toContain("is no teacher's public key");
    expect(await desk.run([...report, "teacher.pub"])).toMatchObject({ exitCode: 0 });
    expect(readFileSync(desk.path("lesson-Cy.json"), "utf8")).not.toContain("embedded");
    const sealed = await desk.run(["class", "report", "lesson-Cy.json"]);
    expect(sealed).toMatchObject({ exitCode: 5 });
    expect(sealed.stdout).toContain("it is sealed, and --key is not given");
    const read = await desk.run(["class", "report", "lesson-Cy.json", "--key", "teacher.key"]);
    expect(read).toMatchObject({ exitCode: 0 });
    expect(read.stdout).toMatch(/^Cy /m);
  });

  test("mistakes are told", async () => {
    const desk = openDesk();
    await desk.run(render);
    for (const [args, said] of [
      [["lesson", "report", "mesos"], "of all steps"],
      [["lesson", "report", "--output", "generated"], "no plain file"],
      [["lesson", "check", "--student", "Ada"], "--student is for"],
      [["class", "report"], "needs the files"],
      [["class", "report", "x.json", "--csv", "--html"], "one of them at a time"],
      [["class", "grade", "x.json"], 'there is no action "grade"'],
    ] as const)
      expect({ args, ...(await desk.run(args)) }).toMatchObject({
        ...{ args, exitCode: 2 },
        stderr: expect.stringContaining(said),
      });
  });
});

test("a class of thirty is a table for people, spreadsheets, browsers and programs", async () => {
  const desk = openDesk();
  const names = Array.from({ length: 28 }, (_, index) => `Student ${index + 1}`);
  for (const [index, student] of names.entries())
    writeFileSync(desk.path(`${index}.json`), reportFile({ student }));
  const key = newLabKey();
  writeFileSync(desk.path("28.json"), reportFile({ student: "=cmd()\u001b[2J" }, key));
  writeFileSync(desk.path("29.json"), reportFile({ student: "<b>Eve</b>" }, key));
  mkdirSync(desk.path("folder.json"));
  execFileSync("mkfifo", [desk.path("pipe.json")]);
  const files = [...names.keys(), 28, 29].map((index) => `${index}.json`);
  const odd = ["folder.json", "pipe.json", "none.json"];
  const plain = await desk.run(["class", "report", ...files, ...odd]);
  expect(plain).toMatchObject({ exitCode: 5, stderr: "" });
  expect(plain.stdout).not.toContain("\u001b");
  const lines = plain.stdout.trimEnd().split("\n");
  // A row each, and below them what is wrong: two labs are one, and three files are no reports.
  expect(lines).toHaveLength(1 + 33 + 1 + 2 + 3);
  expect(lines.filter((line) => line.startsWith("✖"))).toEqual(
    expect.arrayContaining([
      expect.stringContaining("=cmd() (28.json): the same lab as that of <b>Eve</b>"),
      expect.stringContaining("pipe.json: it cannot be read: it is no plain file"),
      expect.stringContaining("none.json: there is no such file"),
    ]),
  );
  const students = lines.filter((line) => /^Student \d+ /.test(line));
  expect(students).toHaveLength(28);
  for (const line of students)
    expect(line).toMatch(/^Student \d+ +mesos-lab +2 of 3 +1 +40 min +1 of 3 +1 +3$/);
  const csv = await desk.run(["class", "report", ...files, "--csv"]);
  expect(csv.stdout.split("\r\n").length).toBe(1 + 30);
  expect(csv.stdout).toContain('"\'=cmd()"');
  const page = await desk.run(["class", "report", ...files, "--html"]);
  expect(page.stdout.match(/<tr/g)).toHaveLength(1 + 30);
  expect(page.stdout).toContain("&lt;b&gt;Eve&lt;/b&gt;");
  const json = await desk.run(["class", "report", ...files, "--json"]);
  expect(JSON.parse(json.stdout).reports).toHaveLength(30);
});
