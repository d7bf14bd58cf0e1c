import { open, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Job, runStep } from "../debian/job.ts";
import { qemuProgress, tellTenths } from "../debian/progress.ts";
import { masterBootRecord, partitionStart, sectorSize } from "./boot.ts";
import { diskSize, rootLabel } from "./recipe.ts";

const diskBytes = diskSize * 1024 ** 3;

/** Makes a disk that boots by itself out of a tree, without mounting anything; `to` becomes a qcow2 file. */
export async function makeDisk(job: Job, root: string, raw: string, to: string): Promise<void> {
  const offset = partitionStart * sectorSize;
  await writeFile(raw, "");
  await truncate(raw, diskBytes);
  const kib = (diskBytes - offset) / 1024;
  await runStep(job, {
    file: "mke2fs",
    args: [
      "-q",
      "-t",
      "ext4",
      "-m",
      "0",
      "-L",
      rootLabel,
      "-E",
      `offset=${offset}`,
      "-d",
      root,
      raw,
      `${kib}k`,
    ],
  });
  const grub = join(root, "boot/grub/i386-pc");
  const core = await readFile(join(grub, "core.img"));
  if (core.length > (partitionStart - 1) * sectorSize)
    throw new Error("GRUB does not fit before the partition");
  const disk = await open(raw, "r+");
  try {
    const record = masterBootRecord(await readFile(join(grub, "boot.img")), diskBytes / sectorSize);
    await disk.write(record, 0, record.length, 0);
    await disk.write(core, 0, core.length, sectorSize);
  } finally {
    await disk.close();
  }
  const onLine = tellTenths(qemuProgress, job.onProgress, "packing the disk");
  await runStep(
    job,
    { file: "qemu-img", args: ["convert", "-p", "-f", "raw", "-O", "qcow2", raw, to] },
    { onLine },
  );
}
