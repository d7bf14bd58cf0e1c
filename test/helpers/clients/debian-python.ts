import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";

/** Debian's own, for which its packages of Python libraries are: another `python3` on the PATH has not got them. */
const python = "/usr/bin/python3";

/** What a test's title ends with where Debian's package of this module is missing, and the test is skipped; else empty. */
export function withoutModule(module: string): string {
  return spawnSync(python, ["-c", `import ${module}`]).status === 0
    ? ""
    : ` (skipped: no python3-${module} of Debian's)`;
}

/** What to start for a program of this folder. */
export function pythonProgram(name: string, ...args: string[]): [string, ...string[]] {
  return [python, new URL(name, import.meta.url).pathname, ...args];
}

/** Runs a program of this folder to its end; its lines, each JSON. */
export async function pythonLines(name: string, ...args: string[]): Promise<unknown[]> {
  const [file, ...words] = pythonProgram(name, ...args);
  return linesOf((await promisify(execFile)(file, words)).stdout);
}

export function linesOf(text: string): unknown[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}
