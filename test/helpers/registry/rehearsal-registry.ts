import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { imagesOf } from "../../../src/lab/catalogue/index.ts";
import type { ImageName } from "../../../src/lab/model.ts";
import { type RunOptions, run } from "../../../src/tools/exec.ts";

/**
 * A registry that has the rehearsal stack's images under the names of the classic stack's: what those are cannot be had
 * without Docker Hub. skopeo, which knows nothing of this project, makes what it serves: one image in schema 1, the
 * others in OCI. Run as a program, `rehearsal-registry.ts FOLDER`, it serves such a folder and prints its URL.
 */

export const program = fileURLToPath(import.meta.url);

const ofLab: readonly ImageName[] = [
  "zookeeper",
  "mesos-master",
  "mesos-slave",
  "marathon",
  "bamboo",
  "tomcat",
];
const inSchema1: ImageName = "zookeeper";

interface Manifest {
  readonly mediaType: string;
  /** Below the folder. */
  readonly file: string;
}

/** @param archive what `images build` made. */
export async function makeFolder(folder: string, archive: string, options: RunOptions): Promise<void> {
  const layout = join(folder, "layout");
  const blobs = join(layout, "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  const manifests: Record<string, Manifest> = {};
  for (const name of ofLab) {
    const classic = imagesOf("classic", false)[name];
    const path = `${classic.includes("/") ? "" : "library/"}${classic.replace(":", "/manifests/")}`;
    const from = `docker-archive:${archive}:${imagesOf("rehearsal", false)[name]}`;
    const copy = (to: string, ...more: string[]) =>
      run({ file: "skopeo", args: ["--insecure-policy", "copy", ...more, from, to] }, options);
    if (name === inSchema1) {
      const loose = join(folder, "schema-1");
      await copy(`dir:${loose}`, "--format", "v2s1", "--dest-compress");
      await cp(loose, blobs, { recursive: true });
      await cp(join(loose, "manifest.json"), join(folder, "schema-1.json"));
      manifests[path] = {
        mediaType: "application/vnd.docker.distribution.manifest.v1+prettyjws",
        file: "schema-1.json",
      };
      continue;
    }
    await copy(`oci:${layout}:${name}`);
    const index = JSON.parse(await readFile(join(layout, "index.json"), "utf8"));
    const entry = index.manifests.find(
      (each: { annotations: Record<string, string> }) =>
        each.annotations["org.opencontainers.image.ref.name"] === name,
    );
    const file = join("layout", "blobs", entry.digest.replace(":", "/"));
    manifests[path] = { mediaType: entry.mediaType, file };
    manifests[path.replace(/[^/]*$/, entry.digest)] = { mediaType: entry.mediaType, file };
  }
  await writeFile(join(folder, "manifests.json"), JSON.stringify(manifests));
}

function serve(folder: string): void {
  const manifests = JSON.parse(readFileSync(join(folder, "manifests.json"), "utf8")) as Record<
    string,
    Manifest
  >;
  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace(/^\/v2\//, "");
    const manifest = manifests[path];
    const [, digest = "none"] = /\/blobs\/sha256:([0-9a-f]{64})$/.exec(path) ?? [];
    const file = join(folder, manifest?.file ?? join("layout", "blobs", "sha256", digest));
    if (!existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, {
      "content-length": statSync(file).size,
      "content-type": manifest?.mediaType ?? "application/octet-stream",
    });
    return request.method === "HEAD" ? response.end() : createReadStream(file).pipe(response);
  });
  server.listen(0, "127.0.0.1", () =>
    process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
  );
}

if (process.argv[1] === program) serve(process.argv[2] as string);
