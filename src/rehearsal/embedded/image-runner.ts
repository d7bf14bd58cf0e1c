import { besideOf, environment } from "../mesos-agent/command-runner.ts";
import { endOf } from "../mesos-agent/docker-end.ts";
import { runGroup } from "../mesos-agent/process-group.ts";
import { openOutput } from "../mesos-agent/sandbox.ts";
import {
  killedBeforeStart,
  type Started,
  type TaskEnd,
  type TaskRunner,
  type TaskToRun,
} from "../mesos-agent/task-runner.ts";
import { programFile } from "../own-files.ts";
import { mayHaveContainers, noteContainers } from "./containers.ts";
import { folderMark } from "./plan.ts";

interface BuiltIn {
  /** Of a file in `../programs/`. */
  readonly program: string;
  readonly words: string;
}

const tomcat: BuiltIn = { program: "tomcat", words: "a welcome server, mesos-lab's stand-in for Tomcat" };

/** Images that stand for a small program, by their name without the tag. */
const builtIns: Readonly<Record<string, BuiltIn>> = { tomcat, "mesos-lab/tomcat": tomcat };

const pullTimeoutMs = 60_000;
const engineAnswerMs = 3_000;

/**
 * Runs images where there may be no Docker: in Docker when an engine answers, else a few by a small program of the same
 * use; `mesos-lab/…` always by the program. Any other image fails its task, as an image that cannot be pulled does.
 * @param marks variables by which the processes of the lab are known.
 */
export function imageRunner(marks: Readonly<Record<string, string>>): TaskRunner {
  const folder = marks[folderMark] ?? "";
  let engine: Promise<TaskRunner | undefined> | undefined;
  return {
    name: "docker",
    accepts: (info) => info.container?.type === "DOCKER" && info.container.docker?.image !== undefined,
    run: async (task, onStarted, kill) => {
      const image = task.info.container?.docker?.image ?? "";
      const builtIn = builtIns[nameOf(image)];
      if (!image.startsWith("mesos-lab/")) {
        engine ??= dockerWhereItAnswers(marks);
        const docker = await engine;
        if (docker !== undefined) {
          noteContainers(folder);
          return docker.run(task, onStarted, kill);
        }
      }
      if (builtIn === undefined)
        return failed(
          `no Docker engine answers on this host, and no built-in program stands for the image ${image} (there are: ${Object.keys(builtIns).join(", ")})`,
        );
      if (task.info.command?.value !== undefined)
        return failed(
          `${builtIn.words} takes no command, and no Docker engine answers for the image ${image}`,
        );
      return runBuiltIn(builtIn, image, task, onStarted, kill, marks);
    },
    recover: async (agentId) => {
      if (!mayHaveContainers(folder)) return;
      engine ??= dockerWhereItAnswers(marks);
      await (await engine)?.recover(agentId);
    },
  };
}

async function runBuiltIn(
  builtIn: BuiltIn,
  image: string,
  task: TaskToRun,
  onStarted: (started: Started) => void,
  kill: AbortSignal,
  marks: Readonly<Record<string, string>>,
): Promise<TaskEnd> {
  const message = `image ${image} is run as ${builtIn.words}: ${image.startsWith("mesos-lab/") ? "it has no other form here" : "no Docker engine answers"}`;
  const file = programFile(`programs/${builtIn.program}`);
  const output = await openOutput(task, "docker executor");
  try {
    await output.say(message);
    if (kill.aborted) return killedBeforeStart;
    const env = { ...environment(task), ...marks, ...dropTo(task) };
    const exit = await runGroup(
      { file: process.execPath, args: [...process.execArgv, file] },
      {
        cwd: task.sandbox,
        env,
        stdout: output.stdout,
        stderr: output.stderr,
        kill,
        onStarted: (pid) => onStarted({ pid, message, beside: besideOf(env, task.user) }),
        onSignal: (signal) => {
          if (signal === "SIGTERM") void output.say("Killing docker task\nShutting down");
        },
      },
    );
    return endOf(exit, kill.aborted);
  } finally {
    await output.close();
  }
}

/** Its own code gives up its rights, once Node and it are loaded: their files may be closed to the task's user. */
function dropTo({ user }: TaskToRun): Record<string, string> {
  return user === undefined ? {} : { MESOS_LAB_BECOME: `${user.uid}:${user.gid}` };
}

/** `tomcat` of `docker.io/library/tomcat:8.0@sha256:…`. */
function nameOf(image: string): string {
  return image.replace(/^(?:docker\.io\/)?(?:library\/)?/, "").replace(/@.*$|:[^/]*$/, "");
}

function failed(message: string): TaskEnd {
  return { state: "TASK_FAILED", message };
}

/** Asked once, at the first image: an answer takes its time, and most lessons need none. */
async function dockerWhereItAnswers(
  marks: Readonly<Record<string, string>>,
): Promise<TaskRunner | undefined> {
  const [{ run }, { dockerRunner }] = await Promise.all([
    import("../../tools/exec.ts"),
    import("../mesos-agent/docker-runner.ts"),
  ]);
  try {
    await run({ file: "docker", args: ["info"] }, { timeoutMs: engineAnswerMs, killAfterMs: 500 });
    return await dockerRunner({
      docker: "docker",
      pullTimeoutMs,
      stopTimeoutMs: 0,
      loopbackOnly: true,
      labels: marks,
    });
  } catch {
    return undefined;
  }
}
