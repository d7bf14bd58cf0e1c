import { cpSync } from "node:fs";
import { basename, join } from "node:path";
import { filesBelow } from "../../../src/tools/files.ts";
import { logs } from "./logs.ts";

/** What tells of programs: the logs of labs and of their services, and what an embedded lab's launcher keeps. */
const telling = /\.log$|\/embedded\/[^/]+\.json$/;

/** Keeps what may tell why a test has failed, before its file takes the folder away; returns where. */
export function keepLogs(folder: string): string {
  const kept = join(logs, "failed", basename(folder));
  for (const path of filesBelow(folder)) {
    try {
      if (telling.test(path)) cpSync(join(folder, path), join(kept, path));
    } catch {
      // Gone meanwhile, or no plain file: the test's own failure is what is told.
    }
  }
  return kept;
}
