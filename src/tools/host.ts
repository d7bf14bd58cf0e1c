import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { ProviderName } from "../lab/model.ts";

/** Whether a program lies on the PATH. */
export function isInstalled(program: string): boolean {
  const suffixes = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  return (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => suffixes.some((suffix) => isExecutable(join(folder, program + suffix))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The provider to use where nobody names one: libvirt where only that is installed. */
export function hostProvider(): ProviderName | undefined {
  return !isInstalled("VBoxManage") && isInstalled("virsh") ? "libvirt" : undefined;
}
