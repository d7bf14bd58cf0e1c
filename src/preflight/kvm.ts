import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodes, LabError } from "../errors.ts";
import { run } from "../tools/exec.ts";

/**
 * A boot sector that writes 0x10 to QEMU's debug-exit port and halts:
 * mov al,0x10 · out 0xf4,al · hlt. QEMU then exits with (0x10 << 1) | 1.
 */
const bootSector = Buffer.alloc(512);
bootSector.set([0xb0, 0x10, 0xe6, 0xf4, 0xf4]);
bootSector.set([0x55, 0xaa], 510);
const guestRan = 33;

/** True when a guest really runs under KVM: the presence of /dev/kvm proves nothing. */
export async function kvmWorks(signal: AbortSignal): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-kvm-"));
  const image = join(folder, "boot.img");
  writeFileSync(image, bootSector);
  const args = [
    ...["-accel", "kvm", "-m", "16", "-display", "none", "-nodefaults", "-no-reboot"],
    ...["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"],
    ...["-drive", `file=${image},format=raw,if=floppy,readonly=on`],
  ];
  try {
    const { exitCode } = await run(
      { file: "qemu-system-x86_64", args },
      { signal, timeoutMs: 15_000, killAfterMs: 1000, accept: "any" },
    );
    return exitCode === guestRan;
  } catch (error) {
    if (error instanceof LabError && error.exitCode !== exitCodes.interrupted) return false;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
