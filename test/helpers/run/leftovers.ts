import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** Something that outlived what made it. */
export interface Leftover {
  /** What it is, in words for whoever has to find it. */
  readonly what: string;
  /** The path by which it was recognised: its own, or one that it was started with. */
  readonly path: string;
}

/**
 * What still runs of something that was started with TMPDIR in a folder, or has it in its words: processes (with the
 * sockets and namespaces that they hold), mounts and containers. Outside of Linux nothing can be seen.
 */
export function runningIn(folder: string): Leftover[] {
  // A worker of vitest carries what its tests do, and ends after them.
  const processes = processesOf(folder).filter(({ what }) => !what.includes("/vitest/dist/workers/"));
  return [...processes, ...mountsIn(folder), ...containersOf(folder)];
}

export function filesIn(folder: string): Leftover[] {
  return namesIn(folder).map((name) => ({ what: `file ${join(folder, name)}`, path: join(folder, name) }));
}

/** Processes that were started with the folder in their environment, their words or as their working directory. */
export function processesOf(folder: string): (Leftover & { readonly pid: number })[] {
  return namesIn("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .flatMap((pid) => {
      const words = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
      if (words === "") return [];
      const places = [read(`/proc/${pid}/environ`).replaceAll("\0", "\n"), words, workingFolder(pid)];
      const path = places.map((text) => pathIn(text, folder)).find((found) => found !== undefined);
      return path === undefined ? [] : [{ pid, path, what: `process ${pid}: ${words.slice(0, 400)}` }];
    });
}

function mountsIn(folder: string): Leftover[] {
  return read("/proc/mounts")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${folder}/`))
    .map((path) => ({ what: `mount ${path}`, path }));
}

/** Containers of this host's own engine that carry a lab's mark. */
function containersOf(folder: string): Leftover[] {
  const label = "MESOS_LAB_FOLDER";
  const format = `{{.ID}} {{.Names}} {{.Label "${label}"}}`;
  try {
    const flags = ["ps", "--all", "--filter", `label=${label}`, "--format", format];
    const text = execFileSync("docker", flags, { encoding: "utf8", stdio: "pipe", timeout: 60_000 });
    return text.split("\n").flatMap((line) => {
      const path = pathIn(line, folder);
      return path === undefined ? [] : [{ what: `container ${line}`, path }];
    });
  } catch {
    // No Docker, or no engine that answers: then there is no container of it.
    return [];
  }
}

function pathIn(text: string, folder: string): string | undefined {
  const at = text.indexOf(`${folder}/`);
  return at === -1 ? undefined : (/^[^\s=:]*/.exec(text.slice(at))?.[0] ?? folder);
}

function workingFolder(pid: number): string {
  try {
    return `${readlinkSync(`/proc/${pid}/cwd`)}/`;
  } catch {
    return "";
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // Gone while it was looked at, somebody else's, or not Linux.
    return "";
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
