import { spawn } from "node:child_process";
import type { TaskUser } from "./task-users.ts";

/** A program to run: `argv0` is the name it is to see for itself. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly argv0?: string;
}

export interface GroupOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Files that are open already. */
  readonly stdout: number;
  readonly stderr: number;
  readonly onStarted: (pid: number) => void;
  /** Told when SIGTERM and, after the grace, SIGKILL are sent. */
  readonly onSignal?: (signal: "SIGTERM" | "SIGKILL", pid: number) => void;
  readonly kill: AbortSignal;
  /** Absent: this process' own. */
  readonly user?: TaskUser | undefined;
  /** Between the SIGTERM and the SIGKILL; default: as long as in Mesos' command executor. */
  readonly graceMs?: number;
}

/** How a program ended: with a status, by a signal, or not even started. */
export type Exit =
  | { readonly status: number; readonly pid: number }
  | { readonly signal: string; readonly pid: number }
  | { readonly error: string };

const executorsGraceMs = 3_000;

/** Runs a program as a process group of its own; whatever it leaves behind in its group ends with it. */
export async function runGroup(program: Program, options: GroupOptions): Promise<Exit> {
  const { kill, onStarted, onSignal = () => {}, graceMs = executorsGraceMs } = options;
  return new Promise((resolve) => {
    const child = spawn(program.file, [...program.args], {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ["ignore", options.stdout, options.stderr],
      ...options.user,
      ...(program.argv0 === undefined ? {} : { argv0: program.argv0 }),
    });
    const pid = child.pid ?? 0;
    let hard: NodeJS.Timeout | undefined;
    const send = (signal: "SIGTERM" | "SIGKILL") => {
      onSignal(signal, pid);
      killGroup(child.pid, signal);
    };
    const onKill = () => {
      send("SIGTERM");
      hard = setTimeout(() => send("SIGKILL"), graceMs);
    };
    const finish = (exit: Exit) => {
      clearTimeout(hard);
      kill.removeEventListener("abort", onKill);
      killGroup(child.pid, "SIGKILL");
      resolve(exit);
    };
    child.once("spawn", () => onStarted(pid));
    child.once("error", ({ message }) => finish({ error: message }));
    child.once("exit", (status, signal) => {
      finish(signal === null ? { status: status ?? 0, pid } : { signal: words[signal] ?? signal, pid });
    });
    if (kill.aborted) onKill();
    else kill.addEventListener("abort", onKill, { once: true });
  });
}

/** `exited with status 1` or `terminated with signal Killed`. */
export function exitWords(exit: Exclude<Exit, { error: string }>): string {
  return "signal" in exit ? `terminated with signal ${exit.signal}` : `exited with status ${exit.status}`;
}

/** Signals in the words of the C library. */
const words: Readonly<Record<string, string>> = {
  SIGABRT: "Aborted",
  SIGALRM: "Alarm clock",
  SIGBUS: "Bus error",
  SIGFPE: "Floating point exception",
  SIGHUP: "Hangup",
  SIGILL: "Illegal instruction",
  SIGINT: "Interrupt",
  SIGKILL: "Killed",
  SIGPIPE: "Broken pipe",
  SIGQUIT: "Quit",
  SIGSEGV: "Segmentation fault",
  SIGTERM: "Terminated",
  SIGTRAP: "Trace/breakpoint trap",
  SIGUSR1: "User defined signal 1",
  SIGUSR2: "User defined signal 2",
  SIGXCPU: "CPU time limit exceeded",
  SIGXFSZ: "File size limit exceeded",
};

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The group is gone: that is what was wanted.
  }
}
