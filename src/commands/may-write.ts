import { statSync } from "node:fs";
import { LabError } from "../errors.ts";
import { kebab, usageError } from "../flags.ts";
import { readIfThere } from "../tools/files.ts";
import { ask } from "../ui/ask.ts";
import { clean } from "../untrusted.ts";
import type { Context } from "./context.ts";

export interface Wanted {
  readonly file: string;
  /** The flag that names it. */
  readonly flag: string;
  readonly yes: boolean;
  /** What is written over without being asked: its name, and how it is known. */
  readonly same?: { readonly name: string; readonly is: (text: string) => boolean };
}

/**
 * Whether a file may be written: where one is there, only when that is wanted.
 * @throws LabError `usage` where it may not.
 */
export async function mayWrite({ file, flag, yes, same }: Wanted, { json, signal }: Context): Promise<void> {
  const there = statSync(file, { throwIfNoEntry: false });
  if (there === undefined) return;
  // What is written takes the place of what is there: that must not be a device, or somebody's folder.
  if (!there.isFile()) throw usageError(`--${kebab(flag)} ${file}: there is something that is no plain file`);
  if (same?.is(readIfThere(file) ?? "")) return;
  if ((await ask(`Write over ${clean(file)}?`, { yes, json, signal })) === "yes") return;
  const other = same === undefined ? "" : `, and it is no ${same.name}`;
  throw new LabError("file-exists", `there is a file ${file} already${other}`, {
    remedy: [`give another name: --${kebab(flag)} <file>`, "write over it: --yes"],
  });
}
