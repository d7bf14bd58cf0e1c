import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const root = new URL("../..", import.meta.url).pathname;

/** Builds the tool into a folder, laid out like the package, so that nobody's `dist/` is touched; returns its `cli.js`. */
export function buildTool(folder: string): string {
  mkdirSync(folder, { recursive: true });
  execFileSync(process.execPath, [join(root, "scripts/build/build.js"), join(folder, "dist")], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  for (const name of ["templates", "Vagrantfile.hbs", "package.json"])
    symlinkSync(join(root, name), join(folder, name));
  return join(folder, "dist/cli.js");
}
