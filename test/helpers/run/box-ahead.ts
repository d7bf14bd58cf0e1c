import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../src/tools/exec.ts";
import { buildTool } from "../built-tool.ts";

/** Builds the images and the box that later tests want, beside those that want neither: then the cache has them. */
const folder = mkdtempSync(join(tmpdir(), "mesos-lab-ahead-"));
try {
  const cli = buildTool(folder);
  // Vagrant is told of the box by those who want it, each in a folder of its own.
  const env = { VAGRANT_HOME: join(folder, "vagrant") };
  for (const what of ["images build", "box build --with-images"]) {
    const { stdout } = await run(
      { file: process.execPath, args: [cli, ...what.split(" ")], env },
      { timeoutMs: 40 * 60_000 },
    );
    process.stdout.write(stdout);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
