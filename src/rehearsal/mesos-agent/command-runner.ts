import { writeSync } from "node:fs";
import type { CommandInfo } from "../mesos/api.ts";
import type { Beside } from "./health-check.ts";
import { type Exit, exitWords, type Program, runGroup } from "./process-group.ts";
import { type Output, openOutput } from "./sandbox.ts";
import {
  environmentOf,
  killedBeforeStart,
  type Started,
  type TaskEnd,
  type TaskRunner,
  type TaskToRun,
  variablesOf,
} from "./task-runner.ts";
import type { TaskUser } from "./task-users.ts";

/**
 * Runs a command as a process group in its sandbox: the `mesos` containerizer, without its isolation.
 * @param marks variables for the task's environment by which what an agent left behind is found and ended; without them
 * its container has ended it.
 */
export function commandRunner(marks: Readonly<Record<string, string>> = {}): TaskRunner {
  return {
    name: "mesos",
    accepts: (info) => info.command !== undefined && (info.container?.type ?? "MESOS") === "MESOS",
    run: (task, onStarted, kill) => runCommand(task, onStarted, kill, marks),
    recover: async (agentId) => {
      if (Object.keys(marks).length === 0) return;
      const { endMarked } = await import("../processes/marked.ts");
      await endMarked({ ...marks, MESOS_SLAVE_ID: agentId });
    },
  };
}

async function runCommand(
  task: TaskToRun,
  onStarted: (started: Started) => void,
  kill: AbortSignal,
  marks: Readonly<Record<string, string>>,
): Promise<TaskEnd> {
  if (kill.aborted) return killedBeforeStart;
  const command = task.info.command ?? {};
  // A command that says nothing lets the executor fail before it runs anything.
  if (command.value === undefined)
    return {
      state: "TASK_FAILED",
      reason: "REASON_COMMAND_EXECUTOR_FAILED",
      message: "Abnormal executor termination",
    };
  const output = await openOutput(task, "executor");
  try {
    // Again: what came while the files were opened has been told to nobody.
    if (kill.aborted) return killedBeforeStart;
    await output.say(shown(command));
    const env = { ...environment(task), ...marks };
    const exit = await runGroup(programOf(command), {
      cwd: task.sandbox,
      env,
      user: task.user,
      stdout: output.stdout,
      stderr: output.stderr,
      kill,
      onStarted: (pid) => {
        void output.say(`Forked command at ${pid}`);
        onStarted({ pid, beside: besideOf(env, task.user) });
      },
      onSignal: (signal, pid) => {
        if (signal === "SIGTERM")
          void output.say(`Shutting down\nSending SIGTERM to process tree at pid ${pid}`);
        else
          void output.say(
            `Process ${pid} did not terminate after 3secs, sending SIGKILL to process tree at ${pid}`,
          );
      },
    });
    // What has left the group, by a session of its own, still carries the marks of its task.
    if (Object.keys(marks).length > 0) {
      const { endMarked } = await import("../processes/marked.ts");
      await endMarked({
        ...marks,
        MESOS_EXECUTOR_ID: env.MESOS_EXECUTOR_ID ?? "",
        MESOS_FRAMEWORK_ID: task.frameworkId,
      });
    }
    return await endOf(exit, kill.aborted, output, onStarted);
  } finally {
    await output.close();
  }
}

/** Checks see what their task sees, and what is given to them. */
export function besideOf(env: Readonly<Record<string, string>>, user?: TaskUser): Beside {
  return (command) => ({
    user,
    program: programOf(command),
    env: { ...env, ...Object.fromEntries(variablesOf(command)) },
  });
}

function programOf({ shell, value = "", arguments: words = [] }: CommandInfo): Program {
  // The command is the task's own: running it through a shell is what the framework asked for.
  if (shell !== false) return { file: "/bin/sh", args: ["-c", value], argv0: "sh" };
  return { file: value, args: words.slice(1), ...(words[0] === undefined ? {} : { argv0: words[0] }) };
}

function shown({ shell, value = "", arguments: words = [] }: CommandInfo): string {
  return shell === false ? `[${[value, ...words].join(", ")}]` : `sh -c '${value}'`;
}

/** A command that ends with status 0 when it is killed has finished: so says Mesos' executor. */
async function endOf(
  exit: Exit,
  killed: boolean,
  output: Output,
  onStarted: (started: Started) => void,
): Promise<TaskEnd> {
  if ("error" in exit) {
    // A program that cannot be started is one that has been, for an executor that forks first.
    onStarted({});
    writeSync(output.stderr, `Failed to exec: ${exit.error}\n`);
    return { state: "TASK_FAILED", message: "Command terminated with signal Aborted" };
  }
  const message = `Command ${exitWords(exit)}`;
  await output.say(`${message} (pid: ${exit.pid})`);
  if ("status" in exit && exit.status === 0) return { state: "TASK_FINISHED", message };
  return { state: killed ? "TASK_KILLED" : "TASK_FAILED", message };
}

/** The host's basics, then what Mesos says, then what the framework gives: never all of the agent's own. */
export function environment(task: TaskToRun): Record<string, string> {
  // A home that is not its user's would be closed to it.
  const home: [string, string][] = task.user === undefined ? [] : [["HOME", task.sandbox]];
  const basics = ["PATH", "HOME", "LANG", "TZ"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries([
    ...basics,
    ...home,
    ["LIBPROCESS_PORT", "0"],
    ["MESOS_FRAMEWORK_ID", task.frameworkId],
    ["MESOS_EXECUTOR_ID", task.info.task_id.value],
    ["MESOS_DIRECTORY", task.sandbox],
    ["MESOS_SLAVE_ID", task.agentId],
    ["MESOS_SLAVE_PID", task.agentPid],
    ["MESOS_CHECKPOINT", task.checkpoint ? "1" : "0"],
    ...(task.checkpoint ? [["MESOS_RECOVERY_TIMEOUT", "15mins"]] : []),
    ...environmentOf(task.info),
  ]);
}
