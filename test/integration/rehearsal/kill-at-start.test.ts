import { execFileSync } from "node:child_process";
import { closeSync, constants, existsSync, openSync, readSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { commandRunner } from "../../../src/rehearsal/mesos-agent/command-runner.ts";
import { runGroup } from "../../../src/rehearsal/mesos-agent/process-group.ts";
import { killedBeforeStart } from "../../../src/rehearsal/mesos-agent/task-runner.ts";
import { eventually } from "../../helpers/eventually.ts";
import {
  type Acts,
  beforeItIsRun,
  haveSandbox,
  inSandbox,
  inTheSameTurn,
  killed,
  readAll,
  sandbox,
  whileFilesAreOpened,
} from "../../helpers/killed-task.ts";

haveSandbox();

describe("a command that is killed", () => {
  const longest = "x".repeat(110_000);
  /** More than a pipe holds: what is said of it takes until somebody has read all of it. */
  const whileItIsTold = async ({ begin, kill }: Acts) => {
    execFileSync("mkfifo", [inSandbox("stdout")]);
    const pipe = openSync(inSandbox("stdout"), constants.O_RDONLY | constants.O_NONBLOCK);
    begin();
    const room = Buffer.alloc(300);
    let text = "";
    await eventually(() => {
      text += room.toString("latin1", 0, readSync(pipe, room));
      expect(text).toContain("sh -c");
    });
    kill();
    readAll();
    closeSync(pipe);
  };

  test.each([
    ["before it is run", beforeItIsRun],
    ["in the turn in which it is run", inTheSameTurn],
    ["while its files are opened", whileFilesAreOpened],
  ])("%s never runs", async (_, act) => {
    const command = { value: "touch ran; exec sleep 300" };
    const { end, pids } = await killed(commandRunner(), { command }, act, () => {});
    expect({ end, pids }).toEqual({ end: killedBeforeStart, pids: [] });
    expect(existsSync(inSandbox("ran"))).toBe(false);
  });

  test.each([
    ["while its executor tells what it runs", whileItIsTold, () => {}],
    ["when it is told to run", ({ begin }: Acts) => begin(), (kill: () => void) => kill()],
  ])("%s is ended", async (_, act, onStarted) => {
    const command = { value: `: ${longest}; exec sleep 300` };
    const { end, pids } = await killed(commandRunner(), { command }, act, onStarted);
    expect(end).toEqual({ state: "TASK_KILLED", message: "Command terminated with signal Terminated" });
    expect(pids).toHaveLength(1);
    expect(() => process.kill(-(pids[0] ?? 0), 0)).toThrow("ESRCH");
  });

  test.each([
    ["before its process is made", true],
    ["between the making of its process and the word of that", false],
  ])("%s is ended", async (_, before) => {
    const kill = new AbortController();
    const output = openSync(inSandbox("stdout"), "a");
    const parts = { cwd: sandbox, env: { PATH: process.env.PATH ?? "" }, stdout: output, stderr: output };
    if (before) kill.abort();
    const exit = runGroup(
      { file: "sleep", args: ["300"] },
      { ...parts, kill: kill.signal, onStarted: () => expect(kill.signal.aborted).toBe(true) },
    );
    kill.abort();
    expect(await exit).toMatchObject({ signal: "Terminated" });
    closeSync(output);
  });
});
