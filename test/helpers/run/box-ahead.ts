import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildTool } from "../built-tool.ts";
import { buildBoxWith } from "../vm-box.ts";

/** Builds the images and the box that later tests want, beside those that want neither: then the cache has them. */
const folder = mkdtempSync(join(tmpdir(), "mesos-lab-ahead-"));
try {
  // Vagrant is told of the box by those who want it, each in a folder of its own. With what others leave over it takes long.
  const env = { VAGRANT_HOME: join(folder, "vagrant") };
  const onLine = (line: string) => void process.stdout.write(`${line}\n`);
  await buildBoxWith(buildTool(folder), env, { timeoutMs: 40 * 60_000, onLine });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
