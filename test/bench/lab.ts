import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);
const root = new URL("../..", import.meta.url).pathname;

/** The tool, built into a folder of its own. */
export async function builtTool(): Promise<{ readonly cli: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-bench-"));
  await exec(process.execPath, [join(root, "scripts/build/build.js"), join(folder, "dist")]);
  for (const name of ["templates", "Vagrantfile.hbs", "package.json"])
    symlinkSync(join(root, name), join(folder, name));
  return { cli: join(folder, "dist/cli.js"), remove: () => rmSync(folder, { recursive: true }) };
}

export interface BenchLab {
  readonly folder: string;
  run(...args: string[]): Promise<string>;
  /** The processes of the lab, tasks included. */
  processes(): {
    readonly pid: number;
    readonly command: string;
    readonly rss: number;
    readonly pss: number;
  }[];
  remove(): Promise<void>;
}

/** A folder with a lab file in which the tool is run; `path` is the PATH there. */
export function benchLab(cli: string, labFile: string, path = process.env.PATH): BenchLab {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-bench-"));
  writeFileSync(join(folder, "mesos-lab.yaml"), labFile);
  const run = async (...args: string[]) =>
    (
      await exec(process.execPath, [cli, ...args], {
        cwd: folder,
        maxBuffer: 2 ** 26,
        env: { ...process.env, PATH: path },
      })
    ).stdout;
  return {
    folder,
    run,
    processes: () => processesOf(folder),
    remove: async () => {
      await run("destroy").catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function processesOf(folder: string) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, "latin1");
        if (!environment.includes(`MESOS_LAB_FOLDER=${folder}/`)) return [];
        const field = (file: string, key: string) =>
          Number(
            new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(
              readFileSync(`/proc/${name}/${file}`, "latin1"),
            )?.[1] ?? 0,
          ) / 1024;
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
        const rss = field("status", "VmRSS");
        return [{ pid: Number(name), command, rss, pss: field("smaps_rollup", "Pss") }];
      } catch {
        return [];
      }
    });
}

/** A PATH on which nothing lies but these programs, as far as this host has them. */
export function pathWith(names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-bench-"));
  for (const name of names) {
    const found = (process.env.PATH ?? "")
      .split(":")
      .map((each) => join(each, name))
      .find(existsSync);
    if (found !== undefined) symlinkSync(found, join(folder, name));
  }
  process.once("exit", () => rmSync(folder, { recursive: true }));
  return folder;
}

/** Milliseconds until as many bare Node processes, started at once, are done with an empty program. */
export async function bareNodes(count: number): Promise<number> {
  const begin = performance.now();
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }),
  );
  await Promise.all(children.map((child) => once(child, "exit")));
  return performance.now() - begin;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
