/**
 * A program that outlives the one that started it, however that ends: reads a folder's path from its input, and when
 * the input ends it ends all that was started in the folder, and removes it.
 */
import { rmSync } from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { processesOf } from "./leftovers.ts";

const limitMs = 120_000;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
const folder = (await text(process.stdin)).trim();
if (folder === "") throw new Error("which folder?");
for (const deadline = performance.now() + limitMs; performance.now() < deadline; await sleep(100)) {
  const left = processesOf(folder);
  for (const { pid } of left) end(pid);
  if (left.length === 0) break;
}
rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}
