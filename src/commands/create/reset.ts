import { type Context, type LabOptions, madeLab, usualFile } from "../context.ts";
import { carryOut } from "./carry-out.ts";
import { verifyClaims } from "./check-claims.ts";
import { checkHost } from "./check-host.ts";
import { goBack, keepFresh, noteFresh } from "./fresh.ts";
import { lockPath } from "./lock.ts";
import { machinesFor, type Step } from "./making.ts";

const startAfresh: Step = (making) => {
  if (making.kept) return [];
  making.fresh = true;
  return machinesFor(making).reset(making, making);
};

/** From any state of a lab to a fresh one: by its snapshots, or on machines that stay as they are. */
const story: readonly Step[] = [checkHost, goBack, startAfresh, verifyClaims, keepFresh, noteFresh];

/** `reset`: all services anew, without applications, rules and tasks; verified at the end. */
export async function reset(options: LabOptions, context: Context): Promise<void> {
  const { lab, folder } = madeLab(options);
  const flags = folder.recordedFlags();
  const lockFile = lockPath(options.file ?? flags.file ?? usualFile);
  await folder.locked(() => carryOut(story, lab, folder, { lockFile, updateLock: false, flags }, context));
}
