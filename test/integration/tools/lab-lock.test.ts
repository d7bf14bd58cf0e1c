import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { LabError } from "../../../src/errors.ts";
import { holderOf, holderWords, withLabLock } from "../../../src/tools/lab-lock.ts";
import { markOf, type ProcessMark } from "../../../src/tools/process-mark.ts";

/** Who holds a lab is a note beside its lock, which may say anything. */

const since = "2026-11-23T10:31:02.000Z";
const command = "create --name x";
const noteOf = (change: object) =>
  JSON.stringify({ ...(markOf(process.pid) as ProcessMark), command, since, ...change });

/** A lab that is locked, as one who was killed leaves it. */
function locked(note: string | "a folder" | undefined) {
  const root = mkdtempSync(join(tmpdir(), "lab-lock-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, "generated", "x");
  const [lock, noted] = [`${folder}.lock`, `${folder}.lock.json`];
  mkdirSync(lock, { recursive: true });
  if (note === "a folder") mkdirSync(noted);
  else if (note !== undefined) writeFileSync(noted, note);
  return { folder, lock, noted };
}

const tried = (folder: string) =>
  withLabLock(folder, false, async () => "done").catch((error: LabError) => error);

async function endedProcess(): Promise<ProcessMark> {
  const child = spawn("sleep", ["600"]);
  await once(child, "spawn");
  const mark = markOf(child.pid as number) as ProcessMark;
  child.kill("SIGKILL");
  await once(child, "exit");
  return mark;
}

test("a living holder is named, with what ends it", async () => {
  const { folder, noted } = locked(noteOf({}));
  const words = holderWords({ ...(markOf(process.pid) as ProcessMark), command, since });
  expect(words).toMatch(new RegExp(`^create --name x, process ${process.pid}, since .*:02`));
  expect(await tried(folder)).toMatchObject({
    id: "lab-in-use",
    exitCode: 2,
    details: [words],
    remedy: ["wait until it has ended", `end it: kill -INT ${process.pid}`],
  });
  expect(readFileSync(noted, "utf8")).toBe(noteOf({}));
});

test.each<[string, () => Promise<object>]>([
  ["has ended", endedProcess],
  ["has ended, and whose number another process has", async () => ({ startedAt: "1" })],
  ["had a number that no process has", async () => ({ pid: 4_194_305 })],
  ["has ended long ago", async () => ({ ...(await endedProcess()), since: "1970-01-01T00:00:00Z" })],
  ["has ended and was asked nothing", async () => ({ ...(await endedProcess()), command: "" })],
])("what a holder that %s has locked is taken over at once", async (_, change) => {
  const { folder, lock, noted } = locked(noteOf(await change()));
  expect(holderOf(folder)).toBeUndefined();
  const seen = await withLabLock(folder, false, async () => holderOf(folder)?.pid);
  expect(seen).toBe(process.pid);
  expect([lock, noted].filter((path) => existsSync(path))).toEqual([]);
});

test.each([
  ["nothing", undefined],
  ["an empty note", ""],
  ["half a note", noteOf({}).slice(0, 20)],
  ["a note that is null", "null"],
  ["a list", "[]"],
  ["a deep one", "[".repeat(50_000)],
  ["a folder", "a folder"],
  ["init", noteOf({ pid: 1 })],
  ["a group of processes", noteOf({ pid: 0 })],
  ["every process of the user", noteOf({ pid: -1 })],
  ["a process of which nobody knows when it started", noteOf({ startedAt: "" })],
  ["escapes in what it was asked to do", noteOf({ command: "create \u001b]0;x\u0007" })],
  ["a line more in it", noteOf({ command: "create\n  try: rm -rf ~" })],
  ["no time", noteOf({ since: "\u001b[2J" })],
  ["something more", noteOf({ more: true })],
])("a lock beside %s is nobody's to take over, and nobody is to be ended", async (_, note) => {
  const { folder, lock } = locked(note);
  expect(holderOf(folder)).toBeUndefined();
  expect(await tried(folder)).toMatchObject({
    id: "lab-in-use",
    details: [],
    remedy: ["wait until it has ended", `if none is running, remove ${lock}`],
  });
  expect(existsSync(lock)).toBe(true);
});

test("of several that see a dead holder, one at a time is at work", async () => {
  const { folder } = locked(noteOf(await endedProcess()));
  let working = 0;
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () =>
      withLabLock(folder, false, async () => {
        working += 1;
        expect(working).toBe(1);
        await new Promise(setImmediate);
        working -= 1;
      }),
    ),
  );
  const refused = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  expect(refused.length).toBeLessThan(8);
  for (const error of refused) expect(error).toMatchObject({ id: "lab-in-use" });
});

test("a lab whose holder cannot be noted is worked on all the same, and let go", async () => {
  const { folder, lock, noted } = locked("a folder");
  rmSync(lock, { recursive: true });
  expect(await tried(folder)).toBe("done");
  expect([existsSync(lock), existsSync(noted)]).toEqual([false, true]);
});
