import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { environmentOf, type Outcome, type Started, type TaskRunner, type TaskToRun } from "./task-runner.ts";

/** Between the SIGTERM and the SIGKILL, as in Mesos' command executor. */
const graceMs = 3_000;

/** Runs a command as a process group in its sandbox: the `mesos` containerizer, without its isolation. */
export function commandRunner(): TaskRunner {
  return {
    name: "mesos",
    accepts: (info) => info.command?.value !== undefined && (info.container?.type ?? "MESOS") === "MESOS",
    run: runCommand,
    // Its processes are children of the agent and end with it.
    recover: async () => {},
  };
}

async function runCommand(
  task: TaskToRun,
  onStarted: (started: Started) => void,
  kill: AbortSignal,
): Promise<Outcome> {
  if (kill.aborted) return { state: "TASK_KILLED" };
  const { command } = task.info;
  const value = command?.value ?? "";
  // The command is the task's own: running it through a shell is what the framework asked for.
  const [file, args] =
    command?.shell === false ? [value, (command.arguments ?? []).slice(1)] : ["/bin/sh", ["-c", value]];
  const [stdout, stderr] = await Promise.all(
    ["stdout", "stderr"].map((name) => open(join(task.sandbox, name), "a")),
  );
  try {
    return await new Promise((resolve) => {
      const child = spawn(file, args, {
        cwd: task.sandbox,
        env: environment(task),
        detached: true,
        stdio: ["ignore", stdout?.fd, stderr?.fd],
        ...(command?.shell === false && command.arguments?.[0] !== undefined
          ? { argv0: command.arguments[0] }
          : {}),
      });
      let hard: NodeJS.Timeout | undefined;
      const onKill = () => {
        killGroup(child.pid, "SIGTERM");
        hard = setTimeout(() => killGroup(child.pid, "SIGKILL"), graceMs);
      };
      const finish = (outcome: Outcome) => {
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

function outcomeOf(code: number | null, signal: NodeJS.Signals | null): Outcome {
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
