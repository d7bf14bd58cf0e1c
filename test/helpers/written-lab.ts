import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject, onTestFinished } from "vitest";
import type { DiscoveryName, Lab } from "../../src/lab/model.ts";
import { parseLab } from "../../src/lab/parse.ts";

export interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A folder with the record of a lab on loopback that nobody has started; returns what runs one verb of the tool in it.
 * The folder is gone when the test ends.
 */
export function writtenLab(
  ports: Partial<Lab["ports"]>,
  discovery: readonly DiscoveryName[],
): (...args: string[]) => Promise<Told> {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-written-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const flags = { discovery: [...discovery] };
  const lab = parseLab(undefined, flags);
  const machines = lab.machines.map((machine) => ({ ...machine, ip: "127.0.0.1" }));
  mkdirSync(join(folder, "generated/mesos-lab"), { recursive: true });
  const record = { flags, lab: { ...lab, machines, ports: { ...lab.ports, ...ports } }, files: [] };
  writeFileSync(join(folder, "generated/mesos-lab/lab.json"), JSON.stringify(record));
  return (...args) =>
    new Promise((resolve) => {
      execFile(process.execPath, [inject("cli"), ...args], { cwd: folder }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
      );
    });
}
