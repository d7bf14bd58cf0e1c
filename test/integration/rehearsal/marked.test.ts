import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { processesInside } from "../../../src/rehearsal/processes/inside.ts";
import { endMarked, isEnding } from "../../../src/rehearsal/processes/marked.ts";

/** A program in a group of its own that carries a mark, and runs until it is killed. */
async function marked(mark: string) {
  const child = spawn("sleep", ["600"], {
    detached: true,
    stdio: "ignore",
    env: { PATH: process.env.PATH, TEST_MARK: mark },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  return child;
}

const mark = () => `m${process.pid}-${performance.now()}`;

test.skipIf(process.platform === "win32")("all that carry a mark are ended, and no others", async () => {
  const [mine, other] = [mark(), mark()];
  const [one, two, stays] = [await marked(mine), await marked(mine), await marked(other)];
  const ended = Promise.all([once(one, "exit"), once(two, "exit")]);
  expect(await endMarked({ TEST_MARK: mine })).toBe(2);
  expect((await ended).map(([, signal]) => signal)).toEqual(["SIGKILL", "SIGKILL"]);
  expect(stays.exitCode ?? stays.signalCode).toBeNull();
});

test.skipIf(process.platform === "win32")("a host on which a look takes a minute ends them too", async () => {
  const mine = mark();
  const child = await marked(mine);
  const ended = once(child, "exit");
  let now = performance.now();
  const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 60_000));
  onTestFinished(() => clock.mockRestore());
  expect(await endMarked({ TEST_MARK: mine })).toBe(1);
  expect((await ended)[1]).toBe("SIGKILL");
});

// A killed process loses its mark first, and its folder and ports when its memory is freed.
test.skipIf(process.platform !== "linux")("when they are ended they hold nothing any more", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-marked-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const full =
    "const held = Buffer.alloc(300_000_000, 1); console.log(held.length); setInterval(() => held, 1000)";
  for (let round = 0; round < 3; round += 1) {
    const mine = mark();
    const child = spawn(process.execPath, ["-e", full], {
      ...{ detached: true, cwd: folder, stdio: ["ignore", "pipe", "ignore"] },
      env: { TEST_MARK: mine },
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    expect(await endMarked({ TEST_MARK: mine })).toBe(1);
    expect(processesInside([folder])).toEqual([]);
    expect(isEnding(child.pid ?? 0)).toBe(false);
  }
});
