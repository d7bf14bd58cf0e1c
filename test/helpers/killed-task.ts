import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { TaskInfo } from "../../src/rehearsal/mesos/api.ts";
import type { TaskRunner } from "../../src/rehearsal/mesos-agent/task-runner.ts";
import { until } from "./eventually.ts";

/** Tasks that are killed at moments of their start which are held until the kill has come. */

/** Of the test that runs. */
export let sandbox: string;
export const inSandbox = (name: string) => join(sandbox, name);

/** Gives each test of a file a sandbox. Files of one worker share this module: each has to ask for it. */
export function haveSandbox(): void {
  beforeEach(async () => {
    sandbox = await mkdtemp(join(tmpdir(), "kill-at-start-"));
  });
  afterEach(() => rm(sandbox, { recursive: true, force: true }));
}

/** What a row does to a task. */
export interface Acts {
  begin(): void;
  kill(): void;
}

/** Runs a task that a row kills; `onStarted` may kill it too, when it is told to run. */
export async function killed(
  runner: TaskRunner,
  info: Partial<TaskInfo>,
  act: (acts: Acts) => Promise<void> | void,
  onStarted: (kill: () => void) => void,
) {
  const abort = new AbortController();
  const kill = () => abort.abort();
  const pids: (number | undefined)[] = [];
  const place = { agentPid: "slave(1)@127.0.0.1:5051", agentId: "S0", containerId: "one", sandbox };
  const own = { name: "t", task_id: { value: "t.1" }, agent_id: { value: "S0" }, ...info };
  const task = { ...place, frameworkId: "F", checkpoint: true, hostname: "h", info: own };
  let end: ReturnType<TaskRunner["run"]> | undefined;
  const begin = () => {
    end = runner.run(
      task,
      ({ pid }) => {
        pids.push(pid);
        onStarted(kill);
      },
      abort.signal,
    );
  };
  await act({ begin, kill });
  return { end: await end, pids };
}

export const beforeItIsRun = ({ begin, kill }: Acts) => {
  kill();
  begin();
};
export const inTheSameTurn = ({ begin, kill }: Acts) => {
  begin();
  kill();
};
/** A pipe in the place of a file is open only once somebody reads from it. */
export const whileFilesAreOpened = async ({ begin, kill }: Acts) => {
  execFileSync("mkfifo", [inSandbox("stdout")]);
  begin();
  await until("the other file is open", () => existsSync(inSandbox("stderr")));
  kill();
  readAll();
};
export const readAll = () => spawn("cat", [inSandbox("stdout")], { stdio: "ignore" });
