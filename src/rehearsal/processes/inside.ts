import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { sep } from "node:path";
import { isEnding } from "./marked.ts";

/**
 * The processes that work in one of these folders or have a file of it open, as far as this user may see that: `12 sleep`.
 * One that is ending is none. Empty where there is no /proc.
 */
export function processesInside(folders: readonly string[]): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && !isEnding(Number(name)))
    .filter((pid) =>
      placesOf(pid).some((place) => folders.some((folder) => `${place}${sep}`.startsWith(folder + sep))),
    )
    .map((pid) => `${pid} ${nameOf(pid)}`);
}

function placesOf(pid: string): string[] {
  const files = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return [`/proc/${pid}/cwd`, ...files.map((file) => `/proc/${pid}/fd/${file}`)].flatMap(
    (link) => attempt(() => [readlinkSync(link)]) ?? [],
  );
}

function nameOf(pid: string): string {
  return (attempt(() => readFileSync(`/proc/${pid}/comm`, "utf8")) ?? "").trim();
}

/** Processes end, and those of others are closed. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
