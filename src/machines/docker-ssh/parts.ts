import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { LabError } from "../../errors.ts";
import { machineImages } from "../../lab/machine-needs.ts";
import { type Lab, type Machine, machinesWith } from "../../lab/model.ts";
import { readTemplates } from "../../tools/files.ts";
import { gzipFile } from "../../tools/gzip.ts";
import type { MachineParts, PartsWanted } from "../machines.ts";
import type { RunOn } from "./fleet.ts";

/** For files of a GB, from a machine that may run under emulation. */
const slowMs = 1_800_000;
/** For anything else there. */
const quickMs = 120_000;

/** On the machine; made anew at every run. */
const packagesThere = "/var/tmp/mesos-lab-packages";

/** Brings what machines were made with to this host, into a folder. */
export async function partsOfMachines(
  lab: Lab,
  runOn: RunOn,
  wanted: PartsWanted,
  into: string,
): Promise<MachineParts> {
  const images = wanted.images ? await imagesOf(lab, runOn, wanted, into) : [];
  const client = wanted.client ? { client: await staticClient(lab, runOn, wanted, into) } : {};
  const packages = wanted.packages.length > 0 ? await packagesOf(lab, runOn, wanted, into) : [];
  return { images, ...client, packages };
}

/** One archive a machine, of the images that none before it has. */
async function imagesOf(lab: Lab, runOn: RunOn, { signal, onProgress }: PartsWanted, into: string) {
  const archives: { machine: string; ids: Readonly<Record<string, string>>; archive: string }[] = [];
  for (const machine of lab.machines) {
    const known = archives.flatMap(({ ids }) => Object.keys(ids));
    const missing = machineImages(lab, machine).filter((image) => !known.includes(image));
    if (missing.length === 0) continue;
    onProgress?.(`images of ${machine.name}`);
    const ids = await imageIds(missing, machine, runOn, signal);
    archives.push({
      machine: machine.name,
      ids,
      archive: await saveImages(missing, machine, runOn, into, signal),
    });
  }
  return archives;
}

async function imageIds(images: readonly string[], machine: Machine, runOn: RunOn, signal: AbortSignal) {
  const argv = ["sudo", "docker", "image", "inspect", "--format", "{{.Id}}", ...images];
  const { stdout } = await runOn(machine, argv, { signal, timeoutMs: quickMs });
  const ids = stdout.split("\n").filter((line) => /^sha256:[0-9a-f]{64}$/.test(line));
  if (ids.length !== images.length)
    throw new LabError("docker-failed", `Docker on ${machine.name} did not tell the ids of its images`, {
      details: [`it said: ${stdout.trim() || "nothing"}`],
    });
  return Object.fromEntries(images.map((image, index) => [image, ids[index] as string]));
}

async function saveImages(
  images: readonly string[],
  machine: Machine,
  runOn: RunOn,
  into: string,
  signal: AbortSignal,
): Promise<string> {
  const archive = join(into, `images-${machine.name}.tar`);
  const argv = ["sudo", "docker", "save", ...images];
  await runOn(machine, argv, { signal, timeoutMs: slowMs, outputFile: archive });
  await gzipFile(archive, `${archive}.gz`, signal);
  await rm(archive);
  return `${archive}.gz`;
}

/** As it lies at the path from which the agent's container has it. */
async function staticClient(lab: Lab, runOn: RunOn, { signal, onProgress }: PartsWanted, into: string) {
  // It is on every machine, also where none is a slave.
  const machine = machinesWith(lab, "mesos-slave")[0] ?? (lab.machines[0] as Machine);
  onProgress?.(`static Docker client of ${machine.name}`);
  const from = join(into, "docker");
  await runOn(machine, ["sudo", "cat", "/usr/bin/docker"], { signal, timeoutMs: slowMs, outputFile: from });
  return from;
}

async function packagesOf(lab: Lab, runOn: RunOn, wanted: PartsWanted, into: string) {
  const { signal, onProgress, packages } = wanted;
  const script = readTemplates().get("bundle/collect-packages.sh") as string;
  const found = new Map<string, MachineParts["packages"][number]>();
  await mkdir(join(into, "packages"), { recursive: true });
  for (const machine of lab.machines) {
    onProgress?.(`packages of ${machine.name}`);
    const argv = ["sudo", "sh", "-s", packagesThere, ...packages];
    const { stdout } = await runOn(machine, argv, { signal, input: script, timeoutMs: slowMs });
    for (const { name, there, control } of parsePackages(stdout)) {
      if (found.has(name)) continue;
      const file = join(into, "packages", name);
      await runOn(machine, ["sudo", "cat", there], { signal, timeoutMs: slowMs, outputFile: file });
      found.set(name, { name, control, file });
    }
    await runOn(machine, ["sudo", "rm", "-rf", packagesThere], { signal, timeoutMs: quickMs });
  }
  return [...found.values()];
}

/** A package as `collect-packages.sh` tells of it. */
export interface DebianPackage {
  /** The file's name. */
  readonly name: string;
  /** Its path on the machine. */
  readonly there: string;
  readonly control: string;
}

/** Reads what `collect-packages.sh` prints. */
export function parsePackages(output: string): readonly DebianPackage[] {
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [there = "", ...control] = line.split("\t");
      return { name: basename(there), there, control: control.join("\n").trimEnd() };
    });
}
