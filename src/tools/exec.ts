import { createWriteStream, type WriteStream } from "node:fs";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import { LabError } from "../errors.ts";
import { programEnvironment } from "./environment.ts";

/** A program to run: never a shell string. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to what programs are passed of this process's environment (`environment.ts`). */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** On abort the program's process group gets one SIGINT (see also `heldInput`), and `killAfterMs` later a SIGKILL. */
  signal?: AbortSignal | undefined;
  /** Everything the program prints is appended to this file. */
  logFile?: string | undefined;
  onLine?: ((line: string) => void) | undefined;
  /** Hears the process's number once it runs. It leads a process group of that number. */
  onStart?: ((pid: number) => void) | undefined;
  input?: string | undefined;
  /** Takes what the program writes to stdout, byte for byte; the result's stdout is empty then. */
  outputFile?: string | undefined;
  /** A file that becomes the program's stdin. */
  inputFile?: string | undefined;
  /**
   * Written to the program's stdin, which then stays open. Closing it takes the place of the SIGINT: for `ssh`, whose
   * program on the other side hears of no signal.
   */
  heldInput?: string | undefined;
  /** The program is ended after this time; default: no limit. */
  timeoutMs?: number | undefined;
  killAfterMs?: number | undefined;
  /** False for a program that may print without end: the result's texts are empty then. Default: true. */
  keepOutput?: boolean | undefined;
  /** Exit codes that are results, not failures; default: 0 only. `any` accepts all. */
  accept?: readonly number[] | "any" | undefined;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How many of the last lines of output a failure shows. */
const tailLines = 20;

/**
 * Runs a program to its end.
 * @throws LabError `preflight` when it is not installed, `tool` when it fails or times out, `interrupted` on abort.
 */
export async function run(command: Command, options: RunOptions = {}): Promise<RunResult> {
  const { signal, timeoutMs, killAfterMs = 60_000, accept = [0] } = options;
  if (signal?.aborted) throw interrupted(command);
  // Loaded at the first program: an embedded lab is made without any, and this takes as long as starting Node.
  const { execa } = await import("execa");
  // Again: what came while it was loaded has been told to nobody.
  if (signal?.aborted) throw interrupted(command);
  const child = execa(command.file, [...command.args], {
    reject: false,
    detached: true,
    buffer: options.outputFile === undefined && (options.keepOutput ?? true),
    ...stdinOf(options),
    ...(options.outputFile === undefined ? {} : { stdout: { file: options.outputFile } }),
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: programEnvironment(command.env),
    extendEnv: false,
  });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const held = options.heldInput === undefined ? undefined : child.stdin;
  // A program that has ended no longer reads.
  held?.on("error", () => undefined);
  held?.write(options.heldInput);
  const log = options.logFile === undefined ? undefined : createWriteStream(options.logFile, { flags: "a" });
  // A full disk must not end a run whose program still works.
  log?.on("error", () => undefined);
  log?.write(`$ ${pretty(command)}\n`);
  const tail: string[] = [];
  const printed = [...(options.outputFile === undefined ? [child.stdout] : []), child.stderr];
  const reading = printed.map((stream) => readLines(stream, log, tail, options.onLine));

  let why: "abort" | "timeout" | undefined;
  const timers: NodeJS.Timeout[] = [];
  const stop = (reason: "abort" | "timeout") => {
    if (why !== undefined || child.pid === undefined) return;
    why = reason;
    // Exactly one interrupt: Vagrant gives up its own cleanup at the second one.
    if (held) held.end();
    else killGroup(child.pid, "SIGINT");
    timers.push(setTimeout(() => child.pid !== undefined && killGroup(child.pid, "SIGKILL"), killAfterMs));
  };
  const onAbort = () => stop("abort");
  signal?.addEventListener("abort", onAbort, { once: true });
  if (timeoutMs !== undefined) timers.push(setTimeout(() => stop("timeout"), timeoutMs));
  const result = await child.finally(() => {
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  });
  await Promise.all(reading);
  log?.end();

  if (why === "abort") throw interrupted(command);
  if (result.code === "ENOENT") throw notInstalled(command, result);
  const exitCode = result.exitCode ?? 1;
  if (why === undefined && (accept === "any" || accept.includes(exitCode)))
    return { exitCode, stdout: result.stdout ?? "", stderr: result.stderr ?? "" };
  const outcome =
    why === "timeout"
      ? `did not end within ${(timeoutMs ?? 0) / 1000} s`
      : result.signal
        ? `was ended by ${result.signal}`
        : `failed with exit code ${exitCode}`;
  throw new LabError("program-failed", `${command.file} ${outcome}`, {
    details: [...tail, ...(options.logFile === undefined ? [] : [`log: ${options.logFile}`])],
    remedy: canBeTyped(command, options) ? [pretty(command)] : [],
    cause: result,
  });
}

/** Neither a program of many lines nor one that is given its input is a command for somebody to type again. */
function canBeTyped({ args }: Command, { input, inputFile, heldInput }: RunOptions): boolean {
  const isGiven = [input, inputFile, heldInput].some((each) => each !== undefined);
  return !isGiven && !args.some((word) => word.includes("\n"));
}

/** Piped programs must not sit waiting for a terminal that nobody answers. */
function stdinOf({ input, inputFile, heldInput }: RunOptions) {
  if (input !== undefined) return { stdin: "pipe", input } as const;
  if (inputFile !== undefined) return { stdin: "pipe", inputFile } as const;
  return { stdin: heldInput === undefined ? "ignore" : "pipe" } as const;
}

/** Gives the terminal to a program (an SSH session, a log follower) and returns its exit code. */
export async function runInteractive(command: Command): Promise<number> {
  const { execa } = await import("execa");
  const result = await execa(command.file, [...command.args], {
    reject: false,
    stdio: "inherit",
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: programEnvironment(command.env),
    extendEnv: false,
  });
  if (result.code === "ENOENT") throw notInstalled(command, result);
  // As a shell tells it.
  return result.exitCode ?? 128 + (result.signal === undefined ? 0 : constants.signals[result.signal]);
}

/** The command as one line that can be pasted into a POSIX shell. */
export function pretty(command: Command): string {
  const words = [
    ...Object.entries(command.env ?? {}).map(([key, value]) => `${key}=${quote(value)}`),
    ...[command.file, ...command.args].map(quote),
  ].join(" ");
  return command.cwd === undefined ? words : `(cd ${quote(command.cwd)} && ${words})`;
}

/** A character that steers a terminal, as the shell makes it anew, between quotes: what is printed never holds it. */
function printed(character: string): string {
  const bytes = [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`);
  return `'"$(printf '${bytes.join("")}')"'`;
}

function quote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''").replaceAll(/[^\P{Cc}\t\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu, printed)}'`;
}

async function readLines(
  stream: NodeJS.ReadableStream,
  log: WriteStream | undefined,
  tail: string[],
  onLine?: (line: string) => void,
): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    log?.write(`${line}\n`);
    tail.push(line);
    if (tail.length > tailLines) tail.shift();
    onLine?.(line);
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone: that is what was wanted.
  }
}

function interrupted(command: Command): LabError {
  return new LabError("interrupted", `interrupted while running ${command.file}`);
}

function notInstalled(command: Command, cause: unknown): LabError {
  return new LabError("program-missing", `${command.file} is not installed or not on the PATH`, {
    remedy: [`install it, then run again: ${pretty(command)}`],
    cause,
  });
}
