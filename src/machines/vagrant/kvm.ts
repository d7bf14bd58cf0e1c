import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { exitCodes, LabError } from "../../errors.ts";
import { run } from "../../tools/exec.ts";
import { withTemporaryFolder } from "../../tools/temporary.ts";

/**
 * A boot sector that writes 0x10 to QEMU's debug-exit port and halts:
 * mov al,0x10 · out 0xf4,al · hlt. QEMU then exits with (0x10 << 1) | 1.
 */
const bootSector = Buffer.alloc(512);
bootSector.set([0xb0, 0x10, 0xe6, 0xf4, 0xf4]);
bootSector.set([0x55, 0xaa], 510);
const guestRan = 33;

/**
 * True when a guest really runs under KVM, and not slower than in software. The presence of /dev/kvm proves
 * nothing: without hardware virtualisation it may refuse guests, or crawl through them instruction by instruction.
 */
export async function kvmWorks(signal: AbortSignal): Promise<boolean> {
  const software = await guestRunsWithin("tcg", 30_000, signal);
  if (software === undefined) return false;
  // A real one needs about as long as software does for so short a guest; the bound forgives a busy host.
  return (await guestRunsWithin("kvm", Math.max(2000, 10 * software), signal)) !== undefined;
}

/** Milliseconds from start to the guest's sign of life, or undefined where none came in time. */
async function guestRunsWithin(
  accelerator: "kvm" | "tcg",
  timeoutMs: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    return await withTemporaryFolder(async (folder) => {
      const image = join(folder, "boot.img");
      await writeFile(image, bootSector);
      const args = [
        ...["-accel", accelerator, "-m", "16", "-display", "none", "-nodefaults", "-no-reboot"],
        ...["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"],
        ...["-drive", `file=${image},format=raw,if=floppy,readonly=on`],
      ];
      const begin = performance.now();
      const { exitCode } = await run(
        { file: "qemu-system-x86_64", args },
        { signal, timeoutMs, killAfterMs: 1000, accept: "any" },
      );
      return exitCode === guestRan ? performance.now() - begin : undefined;
    });
  } catch (error) {
    if (error instanceof LabError && error.exitCode !== exitCodes.interrupted) return undefined;
    throw error;
  }
}
