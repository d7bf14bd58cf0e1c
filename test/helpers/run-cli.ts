import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { forFakes, tellFakes } from "./fakes.ts";
import type { LabNetwork } from "./lab-network.ts";

/** Every fake program of `test/helpers/bin`. */
export const allPrograms = [
  "vagrant",
  "ansible-playbook",
  "ansible-galaxy",
  "virsh",
  "VBoxManage",
  "qemu-system-x86_64",
  "ssh",
] as const;
export type Program = (typeof allPrograms)[number];

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly pid: number;
  /** As Ctrl-C in a terminal: one SIGINT to the whole process group. */
  interrupt(): void;
  readonly process: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

/** A working directory with a PATH of fakes. */
export interface Desk {
  readonly folder: string;
  path(...parts: string[]): string;
  start(args: readonly string[], env?: NodeJS.ProcessEnv): RunningCli;
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome>;
  /** The same on a terminal of 100 x 40: what it shows, escape sequences included, is the stdout. */
  runOnTerminal(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome>;
  /** The same; `typed` is what the terminal gets as soon as it shows the question. */
  answerOnTerminal(args: readonly string[], question: string, typed: string): Promise<Outcome>;
  /** The calls of the fakes so far, a line each. */
  calls(): readonly string[];
  /** Ends as soon as a call is noted that contains the text. */
  called(text: string): Promise<void>;
}

const bin = new URL("./bin", import.meta.url).pathname;

const started = new Set<number>();
const folders = new Set<string>();

/** Ends what still runs at the desks so far, and removes them. */
export function clearDesks(): void {
  for (const pid of started) killGroup(pid);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  started.clear();
  folders.clear();
}

/** A desk for one test, cleared with its file. Without a network the tool runs beside a lab that works. */
export function openDesk(options: { programs?: readonly Program[]; network?: LabNetwork } = {}): Desk {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-cli-"));
  folders.add(folder);
  const work = join(folder, "work");
  const programs = join(folder, "bin");
  const log = join(folder, "calls.log");
  mkdirSync(work);
  mkdirSync(programs);
  for (const program of options.programs ?? allPrograms)
    symlinkSync(join(bin, program), join(programs, program));
  // Only what is needed: the machine's own settings, such as CI or NO_COLOR, must not decide a test.
  const ownEnv = {
    ...{ PATH: programs, HOME: folder, LANG: "C.UTF-8" },
    ...{ TERM: "xterm-256color", TMPDIR: tmpdir() },
  };

  const start = (args: readonly string[], env?: NodeJS.ProcessEnv) =>
    startProgram([process.execPath, inject("cli"), ...args], env);
  const startProgram = (
    words: readonly string[],
    env: NodeJS.ProcessEnv = {},
    stdin: "ignore" | "pipe" = "ignore",
  ): RunningCli => {
    const [file = "", ...rest] = [...(options.network?.enter ?? inject("besideHealthyLab")), ...words];
    const { told, others } = forFakes(env);
    tellFakes(folder, { ...told, FAKE_LOG: log });
    // A process group of its own, as a shell gives it to a job.
    const child = spawn(findProgram(file), rest, {
      cwd: work,
      env: { ...ownEnv, ...others },
      detached: true,
      stdio: [stdin, "pipe", "pipe"],
    });
    const pid = child.pid as number;
    started.add(pid);
    child.once("exit", () => started.delete(pid));
    return {
      pid,
      interrupt: () => process.kill(-pid, "SIGINT"),
      process: child,
      outcome: outcomeOf(child),
    };
  };
  const onTerminal = (args: readonly string[], env?: NodeJS.ProcessEnv, stdin?: "pipe"): RunningCli => {
    const program = [process.execPath, inject("cli"), ...args].join(" ");
    const command = `/usr/bin/stty cols 100 rows 40; exec ${program}`;
    return startProgram(["/usr/bin/script", "-qec", command, "/dev/null"], env, stdin);
  };
  const calls = () =>
    existsSync(log)
      ? readFileSync(log, "utf8")
          .split("\n")
          .filter((text) => text !== "")
      : [];
  return {
    folder: work,
    path: (...parts) => join(work, ...parts),
    start,
    run: (args, env) => start(args, env).outcome,
    runOnTerminal: (args, env) => onTerminal(args, env).outcome,
    answerOnTerminal: (args, question, typed) => {
      const { process, outcome } = onTerminal(args, undefined, "pipe");
      let shown = "";
      process.stdout?.on("data", (text) => {
        const asked = shown.includes(question);
        shown += text;
        if (!asked && shown.includes(question)) process.stdin?.write(typed);
      });
      return outcome;
    },
    calls,
    called: (text) => appears(folder, () => calls().some((call) => call.includes(text))),
  };
}

/** `nsenter` lies on the test's PATH, which the tool does not see. */
function findProgram(file: string): string {
  const folders = (process.env.PATH ?? "").split(":");
  return folders.map((folder) => join(folder, file)).find((path) => existsSync(path)) ?? file;
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, stdout, stderr };
}

/** Ends when something in the folder has made the condition true. */
async function appears(folder: string, condition: () => boolean): Promise<void> {
  const watcher = watch(folder);
  try {
    while (!condition()) await once(watcher, "change");
  } finally {
    watcher.close();
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended, as it should.
  }
}
