import { type ChildProcess, execFile, spawn } from "node:child_process";
import { constants } from "node:fs";
import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../errors.ts";
import { type AppBind, appBinds, linesIn, without } from "./config-parts.ts";
import { isFree } from "./free-ports.ts";

export interface HaproxyOptions {
  /** Where the configuration is written. */
  readonly outputPath: string;
  /** A folder for the pid file and the control socket; made if missing. HAProxy works in it, and knows it by no name. */
  readonly runFolder: string;
  /** Added to HAProxy's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

/** Both generous: on an emulated processor of a busy host even these take seconds. */
const startMs = 60_000;
const checkMs = 60_000;
const pollMs = 20;
const socketName = "master.sock";
const longestSocketPath = 100;
/** Each turn leaves out all that HAProxy complains about at once. */
const mostRepairs = 20;
const killAfterMs = 5_000;
/** Characters of what it printed last. */
const keptOutput = 4_000;

/**
 * The real HAProxy in master-worker mode: a reload starts a new worker on the same listening sockets, and the old one
 * ends when its clients are done. Nothing waits for them.
 */
export class HaproxyProcess {
  private readonly options: HaproxyOptions;
  private readonly ending = new AbortController();
  private process: Promise<void> | undefined;
  private exited = "";
  private applied = "";
  private candidates = 0;
  /** Configurations are taken one after the other. */
  private applying: Promise<void> = Promise.resolve();
  /** What was left out of the configuration that is served. */
  private told: ReadonlySet<string> = new Set();

  constructor(options: HaproxyOptions) {
    this.options = options;
  }

  /** @throws LabError with what is wrong, when `apply` would refuse this configuration. */
  async check(text: string): Promise<void> {
    await rm(await this.checked(text));
  }

  /**
   * Resolves when new connections are served by this configuration. What one application is wrong about (a port that is
   * taken, a word that HAProxy does not know) is left out and logged: it must not keep the others from their routes.
   * @throws LabError when it cannot be served; the old one stays.
   */
  apply(wanted: string): Promise<void> {
    const turn = this.applying.then(() => this.take(wanted));
    this.applying = turn.catch(() => {});
    return turn;
  }

  private async take(wanted: string): Promise<void> {
    const alive = this.process !== undefined;
    const { candidate, text } = await this.served(wanted, alive);
    if (alive && text === this.applied) return rm(candidate, { force: true });
    await rename(candidate, this.options.outputPath);
    if (alive) await this.reload();
    else await this.start();
    this.applied = text;
  }

  private async served(wanted: string, alive: boolean): Promise<{ candidate: string; text: string }> {
    const leftNow = new Set<string>();
    const own = new Set((alive ? appBinds(this.applied) : []).map(address));
    const taken: number[] = [];
    const seen = new Set<string>();
    for (const bind of appBinds(wanted)) {
      const twice = seen.has(address(bind));
      seen.add(address(bind));
      if (twice || !(own.has(address(bind)) || (await isFree(bind.host, bind.port)))) taken.push(bind.line);
    }
    let { text, left } = without(wanted, taken);
    this.leaveOut(left, "its port is taken", leftNow);
    for (let turn = 0; ; turn += 1) {
      const candidate = await this.written(text);
      const complaint = await complaintAbout(candidate);
      if (complaint === undefined) {
        this.told = leftNow;
        return { candidate, text };
      }
      const wrong = linesIn(complaint, candidate);
      await rm(candidate, { force: true });
      if (wrong.length === 0 || turn === mostRepairs) throw refusal(complaint, candidate);
      ({ text, left } = without(text, wrong));
      this.leaveOut(left, alertsIn(complaint, candidate).join("; "), leftNow);
    }
  }

  private leaveOut(parts: readonly string[], why: string, leftNow: Set<string>): void {
    for (const part of parts) {
      if (!this.told.has(part)) this.options.log(`left out of HAProxy's configuration: ${part}: ${why}`);
      leftNow.add(part);
    }
  }

  async close(): Promise<void> {
    this.ending.abort();
    await this.process;
    await rm(this.path("haproxy.pid"), { force: true });
  }

  private path(name: string): string {
    return join(this.options.runFolder, name);
  }

  /** @returns the file with the configuration that HAProxy has accepted */
  private async checked(text: string): Promise<string> {
    const candidate = await this.written(text);
    const complaint = await complaintAbout(candidate);
    if (complaint === undefined) return candidate;
    await rm(candidate, { force: true });
    throw refusal(complaint, candidate);
  }

  /** @returns a file of its own: a rule may be checked while a changed task is being applied. */
  private async written(text: string): Promise<string> {
    await mkdir(this.options.runFolder, { recursive: true });
    await mkdir(dirname(this.options.outputPath), { recursive: true });
    this.candidates += 1;
    const candidate = `${this.options.outputPath}.${this.candidates}`;
    await writeFile(candidate, text);
    return candidate;
  }

  private async start(): Promise<void> {
    this.exited = "";
    const args = ["-W", "-f", this.options.outputPath, "-p", "haproxy.pid"];
    const { env = {} } = this.options;
    // A group of its own: a terminal's Ctrl-C is not for it.
    const child = spawn("haproxy", [...args, "-S", `unix@${socketName}`], {
      detached: true,
      cwd: this.options.runFolder,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-keptOutput);
      });
    const stop = () => endGroup(child);
    if (this.ending.signal.aborted) stop();
    else this.ending.signal.addEventListener("abort", stop, { once: true });
    this.process = new Promise<string>((resolve) => {
      child.once("error", ({ message }) => resolve(message));
      child.once("close", (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`));
    }).then((reason) => {
      this.ending.signal.removeEventListener("abort", stop);
      this.exited = `${reason}\n${output}`.trim();
      // The next apply starts it again.
      this.process = undefined;
      if (!this.ending.signal.aborted) this.options.log(`haproxy: ${this.exited}`);
    });
    await this.until("HAProxy does not start", (workers) => workers.length > 0);
  }

  private async reload(): Promise<void> {
    const before = new Set(await this.listed());
    const pid = Number(await readFile(this.path("haproxy.pid"), "utf8"));
    process.kill(pid, "SIGUSR2");
    await this.until("HAProxy does not take over the new configuration", (workers) =>
      workers.some((worker) => !before.has(worker)),
    );
  }

  private async until(failure: string, enough: (workers: readonly string[]) => boolean): Promise<void> {
    const deadline = performance.now() + startMs;
    let last = "no answer";
    while (performance.now() < deadline && this.process !== undefined) {
      const workers = await this.listed().catch((error: Error) => error.message);
      if (typeof workers !== "string" && enough(workers)) return;
      last = typeof workers === "string" ? workers : `workers: ${workers.join(", ") || "none"}`;
      await sleep(pollMs);
    }
    throw new LabError("haproxy-failed", failure, {
      details: [this.exited || `last seen after ${startMs / 1000} s: ${last}`],
      remedy: [`haproxy -d -f ${this.options.outputPath}`],
    });
  }

  /** The pids of the workers that carry new traffic. While a configuration is being taken, its workers are waited for. */
  async workers(): Promise<string[]> {
    await this.applying;
    return this.listed();
  }

  /** From the master's control socket, which is away for a moment while the master takes a new configuration. */
  private async listed(): Promise<string[]> {
    const answer = await askIn(this.options.runFolder, socketName, "show proc\n");
    const current = answer.split("# old workers")[0] ?? "";
    return current.split("\n").flatMap((line) => /^(\d+)\s+worker\b/.exec(line)?.[1] ?? []);
  }
}

function address({ host, port }: AppBind): string {
  return `${host}:${port}`;
}

function alertsIn(complaint: string, file: string): readonly string[] {
  const alerts = complaint.split("\n").filter((line) => line.startsWith("[ALERT]"));
  return alerts.map((line) => line.replaceAll(`${file}:`, "line "));
}

function refusal(complaint: string, file: string): LabError {
  return new LabError("haproxy-failed", "HAProxy refuses the configuration", {
    details: alertsIn(complaint, file),
  });
}

/** What HAProxy has against a configuration file, or undefined. @throws LabError where it does not run. */
function complaintAbout(file: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile("haproxy", ["-c", "-f", file], { timeout: checkMs }, (error, _, stderr) => {
      if (error === null) resolve(undefined);
      else if (typeof error.code === "number") resolve(stderr);
      else
        reject(
          new LabError("haproxy-failed", `haproxy could not check its configuration: ${error.message}`, {
            remedy: [`haproxy -c -f ${file}`],
            cause: error,
          }),
        );
    });
  });
}

/** Its master passes the signal on to its workers. */
function endGroup(child: ChildProcess): void {
  child.kill("SIGINT");
  const timer = setTimeout(() => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // The group is gone: that is what was wanted.
    }
  }, killAfterMs);
  child.once("close", () => clearTimeout(timer));
}

/**
 * Asks a control socket. The system allows its path a hundred characters or so, and a lab's folder may have more: Linux
 * also finds it by the open folder.
 */
async function askIn(folder: string, name: string, question: string): Promise<string> {
  const path = join(folder, name);
  if (Buffer.byteLength(path) < longestSocketPath || process.platform !== "linux") return ask(path, question);
  const opened = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return await ask(`/proc/self/fd/${opened.fd}/${name}`, question);
  } finally {
    await opened.close();
  }
}

function ask(socketPath: string, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(socketPath, () => socket.end(question));
    socket.setTimeout(2_000, () => socket.destroy(new Error(`${socketPath} did not answer`)));
    socket.setEncoding("utf8");
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}
