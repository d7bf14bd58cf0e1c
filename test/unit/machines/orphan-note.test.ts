import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { awaitOrphan, endOrphan, orphanWords } from "../../../src/machines/vagrant/child.ts";
import { LabFolder } from "../../../src/tools/lab-folder.ts";
import { markOf, type ProcessMark } from "../../../src/tools/process-mark.ts";

/** The note of the Vagrant that an earlier run has started may say anything. */

const noted = (...changes: object[]) =>
  JSON.stringify(
    changes.map((change) => ({
      ...(markOf(process.pid) as ProcessMark),
      ...{ action: "up", since: "2026-11-23T10:31:02.000Z" },
      ...change,
    })),
  );

function folderWith(note: string | "a folder") {
  const root = mkdtempSync(join(tmpdir(), "orphan-note-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folder = new LabFolder("x", root);
  mkdirSync(folder.path);
  if (note === "a folder") mkdirSync(folder.file("vagrant.json", "in it"), { recursive: true });
  else writeFileSync(folder.file("vagrant.json"), note);
  return folder;
}

test("a whole one names the process, and what ends it", () => {
  const words = new RegExp(
    `^vagrant up, process ${process.pid}, at work since .*:02.*\\(end it: kill -INT ${process.pid}\\)$`,
  );
  expect(orphanWords(folderWith(noted({})))).toMatch(words);
});

test.each([
  ["empty", ""],
  ["half", noted({}).slice(0, 30)],
  ["null", "null"],
  ["one process and no list", noted({}).slice(1, -1)],
  ["deep", "[".repeat(50_000)],
  ["a folder", "a folder"],
  ["about a group of processes", noted({ pid: 0 })],
  ["about everybody's processes", noted({ pid: -1 })],
  ["about init", noted({ pid: 1 })],
  ["about half a process", noted({ pid: process.pid + 0.5 })],
  ["about a process without a start", noted({ startedAt: undefined })],
  ["about another process of the same number", noted({ startedAt: "1" })],
  ["about a process that is gone", noted({ pid: 4_194_305 })],
  ["about a process and a group of them", noted({}, { pid: -1 })],
  ["with what a terminal would obey", noted({ action: "\u001b]0;x\u0007" })],
  ["without a time", noted({ since: "soon" })],
])("one that is %s names nobody, and nobody is signalled or waited for", async (_, note) => {
  const kill = vi.spyOn(process, "kill").mockReturnValue(true);
  onTestFinished(() => kill.mockRestore());
  for (const clear of [
    (folder: LabFolder) => awaitOrphan(folder, new AbortController().signal, () => {}),
    (folder: LabFolder) => endOrphan(folder, () => {}),
  ]) {
    const folder = folderWith(note);
    expect(orphanWords(folder)).toBeUndefined();
    await clear(folder);
    expect(existsSync(folder.file("vagrant.json"))).toBe(false);
  }
  expect(kill).not.toHaveBeenCalled();
});
