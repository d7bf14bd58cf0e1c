import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { LabError } from "../../errors.ts";
import type { UserRange } from "../../rehearsal/processes/users.ts";

/** Above the ids that systemd has a use for, and below those that programs take for negative: https://systemd.io/UIDS-GIDS/ */
const firstOfAll = 0x7000_0000;
const idsForAll = 0x1000_0000;
const perLab = 4_096;
/** Of which the first slaves have this many each, for as many tasks; the others share what is left. */
const perFirstSlave = 512;
const firstSlaves = 4;
const perLaterSlave = 5;
/** The bits of CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_KILL, CAP_SETGID and CAP_SETUID. */
const needed = [0, 1, 5, 6, 7].reduce((mask, bit) => mask | (1n << BigInt(bit)), 0n);

/**
 * The users that the tasks of root's lab run as, the same at every call. They follow from its folder: no note of them
 * can be lost. Undefined where this process is not root's, or may not change users, as in some containers.
 */
export function taskUsers(folder: string): UserRange | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !mayChangeUsers()) return undefined;
  const number = createHash("sha256").update(folder).digest().readUInt32BE() % (idsForAll / perLab);
  return { first: firstOfAll + number * perLab, count: perLab };
}

/** A slave's own of them, by its number alone: who joins or leaves changes no other's. */
export function usersOfSlave({ first, count }: UserRange, number: number): UserRange {
  if (number <= firstSlaves) return { first: first + (number - 1) * perFirstSlave, count: perFirstSlave };
  const [taken, later] = [firstSlaves * perFirstSlave, number - firstSlaves - 1];
  const shares = Math.floor((count - taken) / perLaterSlave);
  return { first: first + taken + (later % shares) * perLaterSlave, count: perLaterSlave };
}

/** Where the tasks of such a lab work. */
export function sandboxFolder({ first }: UserRange): string {
  return `/var/tmp/mesos-lab-${first}`;
}

/** Makes the folder, in which nobody but root can see what there is. @throws LabError where somebody else has one of that name */
export function makeSandboxFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o711 });
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== 0)
    throw new LabError("file-exists", `there is ${path} already, and it is not root's folder`, {
      remedy: [`rm -r ${path}`],
    });
  chmodSync(path, 0o711);
}

export function removeSandboxFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

function mayChangeUsers(): boolean {
  const rights = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(read("/proc/self/status"))?.[1] ?? "0"}`);
  return (
    (rights & needed) === needed && ["uid_map", "gid_map"].every((map) => hasAll(read(`/proc/self/${map}`)))
  );
}

/** Whether a user namespace has all of these ids: lines of `first here, first outside, count`. */
function hasAll(map: string): boolean {
  return map.split("\n").some((line) => {
    const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
    return first <= firstOfAll && first + count >= firstOfAll + idsForAll;
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
