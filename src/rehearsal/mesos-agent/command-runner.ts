import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { environmentOf, type Started, type TaskEnd, type TaskRunner, type TaskToRun } from "./task-runner.ts";

/** Between the SIGTERM and the SIGKILL, as in Mesos' command executor. */
const graceMs = 3_000;

/**
 * Runs a command as a process group in its sandbox: the `mesos` containerizer, without its isolation.
 * @param marks variables for the task's environment by which what an agent left behind is found and ended; without them
 * its container has ended it.
 */
export function commandRunner(marks?: Readonly<Record<string, string>>): TaskRunner {
  return {
    name: "mesos",
    accepts: (info) => info.command?.value !== undefined && (info.container?.type ?? "MESOS") === "MESOS",
    run: (task, onStarted, kill) => runProcess(task, programOf(task), onStarted, kill, marks),
    recover: async (agentId) => {
      if (marks !== undefined) await endLeftovers(marks, agentId);
    },
  };
}

/** A program to run: `argv0` is the name it is to see for itself. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly argv0?: string;
}

function programOf(task: TaskToRun): Program {
  const { shell, value = "", arguments: words = [] } = task.info.command ?? {};
  // The command is the task's own: running it through a shell is what the framework asked for.
  if (shell !== false) return { file: "/bin/sh", args: ["-c", value] };
  return { file: value, args: words.slice(1), ...(words[0] === undefined ? {} : { argv0: words[0] }) };
}

async function endLeftovers(marks: Readonly<Record<string, string>>, agentId: string): Promise<void> {
  const { endMarked } = await import("../processes/marked.ts");
  await endMarked({ ...marks, MESOS_SLAVE_ID: agentId });
}

/** Runs a program in the task's sandbox as a process group, which ends with it; its output goes into two files there. */
export async function runProcess(
  task: TaskToRun,
  { file, args, argv0 }: Program,
  onStarted: (started: Started) => void,
  kill: AbortSignal,
  marks: Readonly<Record<string, string>> = {},
): Promise<TaskEnd> {
  if (kill.aborted) return { state: "TASK_KILLED" };
  const [stdout, stderr] = await Promise.all(
    ["stdout", "stderr"].map((name) => open(join(task.sandbox, name), "a")),
  );
  try {
    // Again: what came while the files were opened has been told to nobody.
    if (kill.aborted) return { state: "TASK_KILLED" };
    return await new Promise((resolve) => {
      const child = spawn(file, [...args], {
        cwd: task.sandbox,
        env: { ...environment(task), ...marks },
        detached: true,
        stdio: ["ignore", stdout?.fd, stderr?.fd],
        ...(argv0 === undefined ? {} : { argv0 }),
      });
      let hard: NodeJS.Timeout | undefined;
      const onKill = () => {
        killGroup(child.pid, "SIGTERM");
        hard = setTimeout(() => killGroup(child.pid, "SIGKILL"), graceMs);
      };
      const finish = (outcome: TaskEnd) => {
        clearTimeout(hard);
        kill.removeEventListener("abort", onKill);
        // Whatever the command left behind in its group ends with it.
        killGroup(child.pid, "SIGKILL");
        resolve(kill.aborted ? { state: "TASK_KILLED", message: "Command terminated" } : outcome);
      };
      child.once("spawn", () => onStarted({}));
      child.once("error", ({ message }) =>
        finish({ state: "TASK_FAILED", message: `Failed to launch: ${message}` }),
      );
      child.once("exit", (code, signal) => finish(outcomeOf(code, signal)));
      kill.addEventListener("abort", onKill, { once: true });
    });
  } finally {
    await Promise.all([stdout?.close(), stderr?.close()]);
  }
}

function outcomeOf(code: number | null, signal: NodeJS.Signals | null): TaskEnd {
  if (signal !== null) return { state: "TASK_FAILED", message: `Command terminated with signal ${signal}` };
  const message = `Command exited with status ${code}`;
  return { state: code === 0 ? "TASK_FINISHED" : "TASK_FAILED", message };
}

/** The host's basics, then what the framework gives, then what Mesos says: never all of the agent's own. */
function environment(task: TaskToRun): Record<string, string> {
  const basics = ["PATH", "HOME", "LANG", "TZ"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries([
    ...basics,
    ["HOST", task.hostname],
    ...environmentOf(task.info),
    ["MESOS_TASK_ID", task.info.task_id.value],
    ["MESOS_SANDBOX", task.sandbox],
    ["MESOS_DIRECTORY", task.sandbox],
    ["MESOS_SLAVE_ID", task.agentId],
    ["MESOS_FRAMEWORK_ID", task.frameworkId],
    ["MESOS_CONTAINER_ID", task.containerId],
  ]);
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The group is gone: that is what was wanted.
  }
}
