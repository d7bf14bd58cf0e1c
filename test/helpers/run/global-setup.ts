import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { closeRunFolder, runFolder } from "./folder.ts";
import { keep } from "./keep.ts";
import { filesIn, runningIn } from "./leftovers.ts";

/** What has been ended may take a moment to be gone, on a busy host a long one. */
const goneLimitMs = 60_000;
/** How many projects use the folder: each has a set-up of its own, the last one to end looks at what is left. */
const users = "MESOS_LAB_TEST_FOLDER_USERS";

/** First of a project's set-ups, so that it is torn down after all others. */
export default function setup(): () => Promise<void> {
  // What is left after all, or when the run is killed, goes with this process.
  if (count(1) === 1) keep(runFolder());
  return async () => {
    if (count(-1) > 0) return;
    let left = leftovers();
    const deadline = performance.now() + goneLimitMs;
    while (left.length > 0 && performance.now() < deadline) {
      await sleep(200);
      left = leftovers();
    }
    if (left.length === 0) {
      closeRunFolder();
      return;
    }
    // Vitest shows what a tear-down throws, and calls the run passed.
    process.exitCode = 1;
    const lines = left.map(({ what, madeBy }) => `  ${what}\n    made by ${madeBy}`);
    throw new Error(`this run of the tests left behind, in ${runFolder()}:\n${lines.join("\n")}`);
  };
}

function count(change: 1 | -1): number {
  const now = Number(process.env[users] ?? 0) + change;
  process.env[users] = String(now);
  return now;
}

function leftovers(): { what: string; madeBy: string }[] {
  const folder = runFolder();
  const files = readdirSync(folder).flatMap((id) => filesIn(join(folder, id)));
  return [...runningIn(folder), ...files].map(({ what, path }) => ({ what, madeBy: makerOf(folder, path) }));
}

function makerOf(folder: string, path: string): string {
  const [id] = path.slice(folder.length + 1).split("/");
  try {
    return readFileSync(join(folder, `${id}.is`), "utf8");
  } catch {
    return "a set-up of the whole run";
  }
}
