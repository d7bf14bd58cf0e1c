import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { WorkshopLab } from "../helpers/workshop/lab.ts";

export interface ProcessSize {
  readonly command: string;
  /** In MiB. */
  readonly rss: number;
  /** In MiB, without what it shares. */
  readonly pss: number;
}

/** The processes of a lab, tasks included. */
export function processSizes(lab: WorkshopLab): ProcessSize[] {
  return lab.processes().flatMap(({ pid }) => {
    try {
      const field = (file: string, key: string) => {
        const text = readFileSync(`/proc/${pid}/${file}`, "latin1");
        return Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0) / 1024;
      };
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ command, rss: field("status", "VmRSS"), pss: field("smaps_rollup", "Pss") }];
    } catch {
      // It has ended since.
      return [];
    }
  });
}

/** Makes of a folder a PATH on which nothing lies but these programs, as far as this host has them. */
export function pathWith(folder: string, names: readonly string[]): string {
  for (const name of names) {
    const found = (process.env.PATH ?? "")
      .split(":")
      .map((each) => join(each, name))
      .find(existsSync);
    if (found !== undefined) symlinkSync(found, join(folder, name));
  }
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

/** Milliseconds until one Node process has started as many programs, which only wait; they are ended afterwards. */
export async function barePrograms(count: number): Promise<number> {
  const program = `
    const { spawn } = require("node:child_process");
    const begin = performance.now();
    const children = Array.from({ length: ${count} }, () => spawn("/bin/sh", ["-c", "exec sleep 3600"], { stdio: "ignore" }));
    process.stdout.write(String(performance.now() - begin));
    for (const child of children) child.kill("SIGKILL");
  `;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  return Number(await text(child.stdout));
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
