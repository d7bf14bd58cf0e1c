import { join } from "node:path";
import { run } from "../../src/tools/exec.ts";

/**
 * Builds the tool, its images, and the box with the images in it; what the cache has is there at once.
 * @param timed takes the name and the work of each step.
 */
export async function buildBox(
  root: string,
  logFile: string,
  timed: <T>(what: string, work: Promise<T>) => Promise<T>,
): Promise<void> {
  await run({ file: "npm", args: ["run", "build"], cwd: root });
  const cli = join(root, "dist", "cli.js");
  for (const what of ["images build", "box build --with-images"])
    await timed(
      what,
      run({ file: process.execPath, args: [cli, ...what.split(" ")] }, { timeoutMs: 25 * 60_000, logFile }),
    );
}
