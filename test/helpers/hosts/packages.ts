import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageIndex } from "../../../src/bundle/packages.ts";
import { defaultCacheDir, sha256File } from "../../../src/tools/cache.ts";
import { run } from "../../../src/tools/exec.ts";

/**
 * Makes a folder from which apt installs: packages out of those that the images and the hosts were made of, as a bundle
 * has them.
 * @param names of packages; left out: all that there are.
 */
export async function packageFolder(to: string, names?: readonly string[]): Promise<void> {
  mkdirSync(to, { recursive: true });
  const from = join(defaultCacheDir(), "apt/debs");
  const isWanted = (file: string) =>
    file.endsWith(".deb") && (names === undefined || names.some((name) => file.startsWith(`${name}_`)));
  const entries = readdirSync(from)
    .filter(isWanted)
    .map(async (name) => {
      copyFileSync(join(from, name), join(to, name));
      const { stdout } = await run({ file: "dpkg-deb", args: ["--field", join(to, name)] });
      const size = readFileSync(join(to, name)).length;
      return { name, control: stdout.trimEnd(), sha256: await sha256File(join(to, name)), size };
    });
  writeFileSync(join(to, "Packages"), packageIndex(await Promise.all(entries)));
}
