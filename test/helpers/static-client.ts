import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostAptOptions } from "../../src/foundry/debian/apt.ts";
import { hostMirror } from "../../src/foundry/debian/host.ts";
import { buildEnv } from "../../src/foundry/debian/job.ts";
import { buildSources } from "../../src/foundry/debian/sources.ts";
import { defaultCacheDir, makeOnce } from "../../src/tools/cache.ts";
import { type Command, run } from "../../src/tools/exec.ts";

/** Of Debian 12's source package; 20.10 is one of the series that the classic stack takes. */
export const staticClientVersion = "20.10.24";

const suite = "bookworm";
/** Where the source package's parts are imported from. */
const parts = { cli: "cli", engine: "docker", libnetwork: "libnetwork", swarmkit: "swarmkit" };

/**
 * Docker's client as a static program, in an archive laid out like Docker's own: Docker publishes it at an address that
 * a machine without a network cannot reach, so it is built here, once, from Debian's source of the same program.
 * @returns the archive's path
 */
export async function staticClientArchive(logFile: string): Promise<string> {
  const archive = join(defaultCacheDir(), "static-client", `docker-${staticClientVersion}.tgz`);
  await makeOnce(archive, (temporary) => build(temporary, `${archive}.build`, logFile));
  return archive;
}

async function build(archive: string, folder: string, logFile: string): Promise<void> {
  // Nobody waits for it while the machine boots, and the machine has the two processors first.
  const step = ({ file, args, ...rest }: Command) =>
    run({ file: "nice", args: ["-n", "19", file, ...args], ...rest }, { logFile, timeoutMs: 20 * 60_000 });
  await step({ file: "rm", args: ["-rf", folder] });
  const source = join(folder, "source");
  await fetchSource(folder, source, step);
  const imported = join(folder, "go", "src", "github.com", "docker");
  await mkdir(imported, { recursive: true });
  for (const [part, name] of Object.entries(parts)) await rename(join(source, part), join(imported, name));

  const version = "github.com/docker/cli/cli/version";
  const names = [`-X ${version}.Version=${staticClientVersion}`, `-X ${version}.GitCommit=debian-source`];
  await step({
    file: "go",
    args: [
      ...["build", "-o", join(folder, "docker", "docker")],
      ...["-ldflags", ["-s", "-w", ...names].join(" "), "./cmd/docker"],
    ],
    cwd: join(imported, "cli"),
    env: {
      GO111MODULE: "off",
      // Debian's packages of Go libraries lie in the second one.
      GOPATH: `${join(folder, "go")}:/usr/share/gocode`,
      GOCACHE: join(folder, "cache"),
      CGO_ENABLED: "0",
    },
  });
  await step({
    file: "tar",
    args: ["--create", "--gzip", "--file", archive, "--directory", folder, "docker"],
  });
  await step({ file: "rm", args: ["-rf", folder] });
}

/** Debian's source package, through the host's mirror and checked by apt; the host's own apt stays as it is. */
async function fetchSource(
  folder: string,
  target: string,
  step: (command: Command) => Promise<unknown>,
): Promise<void> {
  const apt = join(folder, "apt");
  const nothing = join(apt, "empty");
  for (const path of ["lists/partial", "debs/partial", "empty/var/lib/dpkg", "empty/var/lib/apt"])
    await mkdir(join(apt, path), { recursive: true });
  await writeFile(join(nothing, "var/lib/dpkg/status"), "");
  const binary = buildSources({ archive: (await hostMirror(suite)).archive }, suite);
  await writeFile(join(apt, "sources.list"), binary.replace(/^deb /, "deb-src "), { mode: 0o600 });
  const options = hostAptOptions(folder, nothing);
  await step({
    file: "apt-get",
    args: [...options, "-o", "APT::Update::Error-Mode=any", "update"],
    env: buildEnv,
  });
  await step({
    file: "apt-get",
    args: [...options, "source", "--download-only", "docker.io"],
    cwd: folder,
    env: buildEnv,
  });
  const description = (await readdir(folder)).find((name) => name.endsWith(".dsc")) ?? "docker.io.dsc";
  await step({ file: "dpkg-source", args: ["--extract", description, target], cwd: folder, env: buildEnv });
}
