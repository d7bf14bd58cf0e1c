import { type Context, type LabOptions, madeLab, usualFile } from "../context.ts";
import { carryOut } from "./carry-out.ts";
import { verifyClaims } from "./check-claims.ts";
import { checkHost } from "./check-host.ts";
import { lockPath } from "./lock.ts";
import { machinesFor, type Step } from "./making.ts";

const startAfresh: Step = (making) => machinesFor(making).reset(making, making);

/** From any state of a lab to a fresh one. What it runs on stays as it is. */
const story: readonly Step[] = [checkHost, startAfresh, verifyClaims];

/** `reset`: all services anew, without applications, rules and tasks; verified at the end. */
export async function reset(options: LabOptions, context: Context): Promise<void> {
  const { lab, folder } = madeLab(options);
  const lockFile = lockPath(options.file ?? usualFile);
  const asked = { lockFile, updateLock: false, flags: folder.recordedFlags() };
  await folder.locked(() => carryOut(story, lab, folder, asked, context));
}
