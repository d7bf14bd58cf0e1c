import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { hostMirror } from "../../src/foundry/debian/host.ts";
import { buildEnv } from "../../src/foundry/debian/job.ts";
import { buildSources } from "../../src/foundry/debian/sources.ts";
import { defaultCacheDir, makeOnce } from "../../src/tools/cache.ts";
import { run } from "../../src/tools/exec.ts";

/** Debian 13, whose engine is 26.1: the first series that no longer pulls schema 1 by itself. */
const suite = "trixie";
const packages = ["docker.io", "docker-cli", "containerd", "runc", "dash", "coreutils"];

/**
 * A folder with a Docker engine that is newer than this host's, and with all that it needs to run in there. Made once,
 * of a newer Debian's packages.
 * @throws Error where the host's package mirror has no such release.
 */
export async function newerDocker(): Promise<string> {
  const root = join(defaultCacheDir(), "test-hosts", `docker-${suite}`);
  await makeOnce(root, async (temporary) => {
    await mkdir(temporary);
    const sources = buildSources({ archive: (await hostMirror(suite)).archive }, suite);
    // Nothing in there is installed: the programs are all that is wanted.
    const how = [
      "--mode=root",
      "--variant=extract",
      `--include=${packages.join(",")}`,
      suite,
      temporary,
      "-",
    ];
    const command = { file: "mmdebstrap", args: how, env: buildEnv };
    await run(command, { input: sources, timeoutMs: 10 * 60_000 });
    for (const each of ["bin", "sbin", "lib", "lib64"]) await symlink(`usr/${each}`, join(temporary, each));
  });
  return root;
}
