import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Manifest, parts } from "../../bundle/manifest.ts";
import { type DebianPackage, packageIndex, parsePackages } from "../../bundle/packages.ts";
import type { Source } from "../../bundle/write.ts";
import { exitCodes, LabError } from "../../errors.ts";
import { machineImages } from "../../lab/machine-needs.ts";
import { type Lab, type Machine, machinesWith } from "../../lab/model.ts";
import { sha256File } from "../../tools/cache.ts";
import { readTemplates, writeFiles } from "../../tools/files.ts";
import { gzipFile } from "../../tools/gzip.ts";
import type { MachineParts, PartsWanted } from "../machines.ts";
import type { RunOn } from "../vagrant/machines.ts";

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
  const sources: Source[] = [];
  const images: Record<string, Manifest["images"][string]> = {};
  if (wanted.images)
    for (const machine of lab.machines) {
      const missing = machineImages(lab, machine).filter((image) => !(image in images));
      if (missing.length === 0) continue;
      wanted.onProgress?.(`images of ${machine.name}`);
      const archive = `images/${machine.name}.tar.gz`;
      const ids = await imageIds(missing, machine, runOn, wanted.signal);
      for (const image of missing) images[image] = { id: ids[image] as string, archive };
      sources.push({ path: archive, from: await saveImages(missing, machine, runOn, into, wanted.signal) });
    }
  if (wanted.client) sources.push(await staticClient(lab, runOn, into, wanted));
  if (wanted.packages.length > 0) sources.push(...(await packagesOf(lab, runOn, into, wanted)));
  return { images, sources };
}

async function imageIds(images: readonly string[], machine: Machine, runOn: RunOn, signal: AbortSignal) {
  const argv = ["sudo", "docker", "image", "inspect", "--format", "{{.Id}}", ...images];
  const { stdout } = await runOn(machine, argv, { signal, timeoutMs: quickMs });
  const ids = stdout.split("\n").filter((line) => /^sha256:[0-9a-f]{64}$/.test(line));
  if (ids.length !== images.length)
    throw new LabError(`Docker on ${machine.name} did not tell the ids of its images`, {
      exitCode: exitCodes.tool,
      details: [`it said: ${stdout.trim() || "nothing"}`],
    });
  return Object.fromEntries(images.map((image, index) => [image, ids[index]]));
}

async function saveImages(
  images: readonly string[],
  machine: Machine,
  runOn: RunOn,
  into: string,
  signal: AbortSignal,
): Promise<string> {
  const archive = join(into, `images-${machine.name}.tar`);
  await runOn(machine, ["sudo", "docker", "save", ...images], {
    signal,
    timeoutMs: slowMs,
    outputFile: archive,
  });
  await gzipFile(archive, `${archive}.gz`, signal);
  await rm(archive);
  return `${archive}.gz`;
}

/** As it lies at the path from which the agent's container has it. */
async function staticClient(lab: Lab, runOn: RunOn, into: string, { signal, onProgress }: PartsWanted) {
  const [slave] = machinesWith(lab, "mesos-slave") as [Machine];
  onProgress?.(`static Docker client of ${slave.name}`);
  const from = join(into, "docker");
  const argv = ["sudo", "cat", "/usr/bin/docker"];
  await runOn(slave, argv, { signal, timeoutMs: slowMs, outputFile: from });
  return { path: parts.client, from };
}

async function packagesOf(lab: Lab, runOn: RunOn, into: string, wanted: PartsWanted): Promise<Source[]> {
  const { signal, onProgress, packages } = wanted;
  const script = readTemplates().get("bundle/collect-packages.sh") as string;
  const found = new Map<string, DebianPackage & Source>();
  await mkdir(join(into, "packages"), { recursive: true });
  for (const machine of lab.machines) {
    onProgress?.(`packages of ${machine.name}`);
    const argv = ["sudo", "sh", "-s", packagesThere, ...packages];
    const { stdout } = await runOn(machine, argv, { signal, input: script, timeoutMs: slowMs });
    for (const each of parsePackages(stdout)) {
      if (found.has(each.name)) continue;
      const from = join(into, "packages", each.name);
      const cat = ["sudo", "cat", each.there];
      await runOn(machine, cat, { signal, timeoutMs: slowMs, outputFile: from });
      found.set(each.name, { ...each, path: `packages/${each.name}`, from });
    }
    await runOn(machine, ["sudo", "rm", "-rf", packagesThere], { signal, timeoutMs: quickMs });
  }
  if (found.size === 0) return [];
  const sums = await Promise.all(
    [...found.values()].map(async (each) => ({
      ...each,
      size: (await stat(each.from)).size,
      sha256: await sha256File(each.from),
    })),
  );
  writeFiles(into, [{ path: parts.packageIndex, contents: packageIndex(sums) }]);
  const index = { path: parts.packageIndex, from: join(into, parts.packageIndex) };
  return [index, ...[...found.values()].map(({ path, from }) => ({ path, from }))];
}
