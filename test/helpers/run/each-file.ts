import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, expect } from "vitest";
import { clearDesks } from "../run-cli.ts";
import { keepLogs } from "./failed-logs.ts";
import { enterFileFolder } from "./folder.ts";

/** What has been ended may take a moment to be gone, on a busy host a long one. */
const goneLimitMs = 30_000;

// What tsx keeps in the folder for temporary files would count as left behind.
process.env.TSX_DISABLE_CACHE = "1";
const folder = enterFileFolder(expect.getState().testPath ?? "unknown");

afterEach(({ task }) => {
  if (task.result?.state === "fail") console.error(`its logs: ${keepLogs(folder)}`);
});

// Runs after all others of the file.
afterAll(async () => {
  clearDesks();
  for (const deadline = performance.now() + goneLimitMs; performance.now() < deadline; await sleep(50))
    if (left().length === 0) return;
  throw new Error(`this file's tests left behind: ${left().join(", ")}`);
});

/** Of this process' own: files in its folder, children, open servers. What left it is found at the end of the run. */
function left(): string[] {
  const servers = process.getActiveResourcesInfo().filter((name) => /ServerWrap|UDPWrap/.test(name));
  return [...readdirSync(folder).map((name) => `${folder}/${name}`), ...children(), ...servers];
}

function children(): string[] {
  try {
    return readdirSync("/proc/self/task")
      .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, "utf8").trim().split(" "))
      .filter((pid) => pid !== "")
      .map((pid) => `process ${pid}: ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")}`);
  } catch {
    // Not Linux, or one has ended between the two looks.
    return [];
  }
}
