import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inject } from "vitest";
import type { Lab } from "../../src/lab/model.ts";
import type { LauncherState } from "../../src/rehearsal/embedded/plan.ts";
import { claimNetwork, releaseNetwork } from "./run/networks.ts";

export interface EmbeddedLab {
  readonly folder: string;
  readonly master: string;
  readonly slave: string;
  /** Added to the environment of the tool. */
  readonly env: NodeJS.ProcessEnv;
  /** Words before the tool that make it run elsewhere: in another network. */
  readonly enter: string[];
  /** An address in the lab's own network. */
  loopback(last: number): string;
  /** Runs the tool; an exit code other than 0 is a result too. */
  run(
    ...args: string[]
  ): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;
  /** Starts the tool and leaves it running. */
  start(...args: string[]): RunningTool;
  lab(): Lab;
  state(): LauncherState;
  /** The processes that carry the lab's mark. */
  processes(): { readonly pid: number; readonly command: string }[];
  remove(): Promise<void>;
}

/** The tool while it runs. */
export interface RunningTool {
  readonly process: ChildProcess;
  /** Resolves once it has printed this, on stdout or stderr; fails when it ends without. */
  said(text: string): Promise<void>;
  /** What it has printed on stdout so far. */
  printed(): string;
  readonly ended: Promise<{
    readonly exitCode: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

function watched(child: ChildProcess): RunningTool {
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      printed[name] += text;
      child.emit("said");
    });
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    process: child,
    printed: () => printed.stdout,
    ended: closed.then((exitCode) => ({ exitCode, ...printed })),
    said: async (text) => {
      while (!`${printed.stdout}${printed.stderr}`.includes(text)) {
        const more = new Promise<"more">((resolve) => child.once("said", () => resolve("more")));
        if ((await Promise.race([more, closed])) !== "more")
          throw new Error(`it ended without saying "${text}": ${printed.stderr}`);
      }
    },
  };
}

/**
 * A folder for one embedded lab at addresses of its own; `env` replaces variables of the tool's environment, `cli` is
 * another `cli.js` than the one that the tests share.
 */
export function embeddedLab(
  env: NodeJS.ProcessEnv = {},
  more = "",
  cli = inject("cli"),
  network = claimNetwork(),
): EmbeddedLab {
  const folder = mkdtempSync(join(tmpdir(), "lab-"));
  // The tasks of root's lab run as other users.
  chmodSync(folder, 0o755);
  const [master, slave] = [`${network}.18`, `${network}.19`];
  const labFile = `runsOn: embedded
machines:
  - {name: master, ip: ${master}, services: [zookeeper, mesos-master, marathon, bamboo]}
  - {name: slave, ip: ${slave}, services: [mesos-slave]}
${more}`;
  writeFileSync(join(folder, "mesos-lab.yaml"), labFile);
  const home = join(folder, "generated", "mesos-lab");
  const enter: string[] = [];
  const run: EmbeddedLab["run"] = async (...args) => {
    const options = { cwd: folder, env: { ...process.env, ...env } };
    const [file = "", ...words] = [...enter, process.execPath, cli, ...args];
    try {
      return {
        exitCode: 0,
        ...(await promisify(execFile)(file, words, options)),
      };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { exitCode: code, stdout, stderr };
    }
  };
  const start: EmbeddedLab["start"] = (...args) => {
    const [file = "", ...words] = [...enter, process.execPath, cli, ...args];
    return watched(spawn(file, words, { cwd: folder, env: { ...process.env, ...env } }));
  };
  return {
    ...{ folder, master, slave, env, enter, run, start },
    loopback: (last) => `${network}.${last}`,
    lab: () => JSON.parse(readFileSync(join(home, "lab.json"), "utf8")).lab,
    state: () => JSON.parse(readFileSync(join(home, "embedded", "state.json"), "utf8")),
    processes: () => processesOf(join(home, "embedded")),
    remove: async () => {
      await run("destroy");
      rmSync(folder, { recursive: true, force: true });
      releaseNetwork(network);
    },
  };
}

function processesOf(home: string) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, "utf8").split("\0");
        if (!environment.includes(`MESOS_LAB_FOLDER=${home}`)) return [];
        return [
          { pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ") },
        ];
      } catch {
        // Ended while it was looked at.
        return [];
      }
    });
}

export interface MarathonTask {
  readonly id: string;
  readonly host: string;
  readonly ports: readonly number[];
  readonly startedAt: string | null;
}

/** Marathon's running tasks. */
export async function runningTasks(origin: string): Promise<MarathonTask[]> {
  const answer = await fetch(`${origin}/v2/tasks?status=running`, {
    headers: { accept: "application/json" },
  });
  return ((await answer.json()) as { tasks: MarathonTask[] }).tasks;
}

export async function post(url: string, body: unknown): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}
