import { join } from "node:path";
import { type Command, type RunOptions, run } from "../../src/tools/exec.ts";

type Timed = <T>(what: string, work: Promise<T>) => Promise<T>;

/**
 * Builds the tool, its images, and the box with the images in it; what the cache has is there at once.
 * @param timed takes the name and the work of each step.
 */
export async function buildBox(root: string, logFile: string, timed: Timed): Promise<void> {
  await run({ file: "npm", args: ["run", "build"], cwd: root });
  await buildBoxWith(join(root, "dist", "cli.js"), {}, { logFile }, timed);
}

/** The same with a tool that is built already. */
export async function buildBoxWith(
  cli: string,
  env: NonNullable<Command["env"]>,
  options: RunOptions,
  timed: Timed = (_, work) => work,
): Promise<void> {
  for (const what of ["images build", "box build --with-images"])
    await timed(
      what,
      run(
        { file: process.execPath, args: [cli, ...what.split(" ")], env },
        { timeoutMs: 25 * 60_000, ...options },
      ),
    );
}
