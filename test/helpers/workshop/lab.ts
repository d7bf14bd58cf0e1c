import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Lab, ServiceName } from "../../../src/lab/model.ts";
import { processesOf } from "../run/leftovers.ts";
import type { Workshop } from "./workshop.ts";

/** Longer than any verb takes on any host; what takes longer hangs. */
const limitMs = 15 * 60_000;

export interface Ran {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One embedded lab of a workshop. */
export interface WorkshopLab {
  readonly folder: string;
  /** Starts the tool in the lab's folder, in a process group of its own, as a shell does. */
  start(...args: readonly string[]): { readonly process: ChildProcess; readonly ran: Promise<Ran> };
  /** @throws Error with what the tool said, when it fails. */
  run(...args: readonly string[]): Promise<string>;
  /** Where a service of this lab is, as its record says: ports that were taken are others. */
  origin(service: ServiceName & ("marathon" | "bamboo")): string;
  /** Those of the lab, and of the tool where it runs. */
  processes(): { readonly pid: number; readonly what: string }[];
  remove(): Promise<void>;
}

export function workshopLab(workshop: Workshop, labFile: string, path = process.env.PATH): WorkshopLab {
  const folder = workshop.folder();
  writeFileSync(join(folder, "mesos-lab.yaml"), labFile);
  const start: WorkshopLab["start"] = (...args) => {
    const child = spawn(process.execPath, [workshop.cli, ...args], {
      cwd: folder,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PATH: path },
    });
    return { process: child, ran: ranOf(child, args.join(" ")) };
  };
  const run: WorkshopLab["run"] = async (...args) => {
    const { exitCode, signal, stdout, stderr } = await start(...args).ran;
    if (exitCode === 0) return stdout;
    throw new Error(`mesos-lab ${args.join(" ")} ended with ${signal ?? exitCode}:\n${stderr}`);
  };
  return {
    ...{ folder, start, run },
    origin: (service) => {
      const record = readFileSync(join(folder, "generated/mesos-lab/lab.json"), "utf8");
      const { lab } = JSON.parse(record) as { lab: Lab };
      const machine = lab.machines.find(({ services }) => services.includes(service));
      return `http://${machine?.ip}:${{ ...lab.ports, ...machine?.ports }[service]}`;
    },
    processes: () => processesOf(folder),
    remove: async () => {
      await run("destroy");
      rmSync(folder, { recursive: true });
    },
  };
}

/** What becomes of a child that runs the tool with these words; one that hangs is ended. */
export async function ranOf(child: ChildProcess, words: string, most = limitMs): Promise<Ran> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("no pipes");
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    process.kill(-(child.pid ?? 0), "SIGKILL");
  }, most);
  const closed = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  const [out, err, [exitCode, signal]] = await Promise.all([text(stdout), text(stderr), closed]);
  clearTimeout(limit);
  if (late) throw new Error(`mesos-lab ${words} did not end within ${most / 60_000} min; last said:\n${err}`);
  return { exitCode, signal, stdout: out, stderr: err };
}
