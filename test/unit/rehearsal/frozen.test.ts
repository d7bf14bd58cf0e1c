import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { thaw } from "../../../src/rehearsal/embedded/frozen.ts";
import { isAlive, type ProcessMark } from "../../../src/tools/process-mark.ts";

test.each([
  ["empty", ""],
  ["no object", "null"],
  ["without processes", '{"boundMs":1000}'],
  ["with processes that are none", '{"boundMs":1000,"processes":[null]}'],
  ["with a group of processes", '{"boundMs":1000,"processes":[{"pid":-1,"startedAt":"1"}]}'],
  ["with everybody's", '{"boundMs":1000,"processes":[{"pid":-1}]}'],
])("a note of what is frozen that is %s has nothing go on", async (_, text) => {
  const folder = mkdtempSync(join(tmpdir(), "frozen-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const kill = vi.spyOn(process, "kill").mockReturnValue(true);
  onTestFinished(() => kill.mockRestore());
  writeFileSync(join(folder, "frozen.json"), text);
  await thaw(folder);
  expect(kill).not.toHaveBeenCalled();
});

test("a mark without a start is no living process", () => {
  expect(isAlive({ pid: -1 } as ProcessMark)).toBe(false);
});
