import { statfs } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { add, parseResources, type Resources } from "../mesos/resources.ts";

const mebibyte = 1024 * 1024;

/** What an agent offers: what it is told, and for the rest what the host has, by Mesos' rules. */
export async function agentResources(wanted: string | undefined, workDir: string): Promise<Resources> {
  const given = parseResources(wanted ?? "");
  const { blocks, bsize } = await statfs(workDir);
  const automatic = hostResources(availableParallelism(), totalmem() / mebibyte, (blocks * bsize) / mebibyte);
  const missing = <T>(all: Readonly<Record<string, T>>, known: object) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !(name in known)));
  return add(given, {
    scalars: missing(automatic.scalars, given.scalars),
    ranges: missing(automatic.ranges, given.ranges),
  });
}

/** All but 1 GB of memory and 5 GB of disk, or half where there is little. */
export function hostResources(cpus: number, memory: number, disk: number): Resources {
  return {
    scalars: {
      cpus,
      mem: Math.floor(memory >= 2_048 ? memory - 1_024 : memory / 2),
      disk: Math.floor(disk >= 10_240 ? disk - 5_120 : disk / 2),
    },
    ranges: { ports: [{ begin: 31_000, end: 32_000 }] },
  };
}
