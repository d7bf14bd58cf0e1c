import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../../src/registry/layout.ts";
import { run } from "../../../src/tools/exec.ts";
import { DockerEngine, noDockerEngine } from "../../helpers/docker-engine.ts";
import { missing } from "../../helpers/missing.ts";
import { emptyFolder, openHost, openRegistry } from "../../helpers/registry/fetching.ts";
import {
  greeting,
  runArguments,
  smallImage,
  type TestForm,
  testForms,
  testName,
} from "../../helpers/registry/small-image.ts";

/** Other people's programs judge what comes out: a real Docker engine, skopeo. */

const image = smallImage();
const short = (form: TestForm) => testName(form).replace("library/", "");

async function fetched(form: TestForm) {
  const registry = await openRegistry({ auth: "bearer", redirect: true });
  registry.add(testName(form), image, form);
  const host = await openHost(registry.url);
  const kept = await host.fetch(short(form));
  return { registry, host, kept };
}

describe.skipIf(noDockerEngine !== undefined)(`a Docker engine (${noDockerEngine ?? "of Debian's"})`, () => {
  let engine: DockerEngine;
  let registry: ChildProcess;
  let address: string;

  beforeAll(async () => {
    engine = await DockerEngine.start();
    const main = new URL("../../helpers/registry/main.ts", import.meta.url).pathname;
    const [file = "", ...words] = [...engine.enter, process.execPath, "--import", import.meta.resolve("tsx")];
    registry = spawn(file, [...words, main], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(registry.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    address = line.toString().trim().replace("http://", "");
  });

  afterAll(async () => {
    registry?.kill();
    await engine?.close();
  });

  test.each(testForms)("loads and runs an image of %s", async (form) => {
    const { host, kept } = await fetched(form);
    const loaded = engine.docker("load", "--input", await host.pack(kept));
    expect(loaded).toBe(`Loaded image: ${short(form)}`);
    expect(engine.docker("image", "inspect", "--format", "{{.Id}}", short(form))).toBe(kept.config.digest);
    expect(engine.docker("run", "--rm", ...runArguments, short(form))).toBe(greeting);
    engine.docker("image", "rm", short(form));
  });

  test.each(testForms)("makes the same image of %s where it pulls itself", async (form) => {
    const { kept } = await fetched(form);
    const pulled = `${address}/${testName(form)}`;
    engine.docker("pull", "--quiet", pulled);
    const [seen] = JSON.parse(engine.docker("image", "inspect", pulled)) as [
      { Id: string; RepoDigests: string[]; Config: Record<string, unknown> },
    ];
    expect(seen.Id).toBe(kept.config.digest);
    expect(seen.RepoDigests).toContain(`${address}/library/small@${kept.fetched}`);
    // What a container sees.
    expect(seen.Config).toMatchObject({
      User: "1234:1234",
      WorkingDir: "/srv/work",
      Entrypoint: ["/bin/sh", "-c"],
      Volumes: { "/data": {} },
      ExposedPorts: { "8080/tcp": {}, "53/udp": {} },
      Env: expect.arrayContaining(["PLACE=the world & <more>"]),
    });
    engine.docker("image", "rm", pulled);
  });

  test("takes several images of one archive, whose layers they share", async () => {
    const registry = await openRegistry();
    for (const form of testForms) registry.add(testName(form), image, form);
    const host = await openHost(registry.url);
    const all = [];
    for (const form of testForms) all.push(await host.fetch(short(form)));
    // Of all forms together each layer was sent once.
    const sent = registry.blobs.map(({ path }) => path);
    expect(new Set(sent).size).toBe(sent.length);
    const loaded = engine.docker("load", "--input", await host.pack(...all));
    expect(loaded.split("\n")).toEqual(testForms.map((form) => `Loaded image: ${short(form)}`));
    for (const form of testForms) engine.docker("image", "rm", short(form));
  });
});

describe.skipIf(missing("skopeo") !== "")(`skopeo${missing("skopeo")}`, () => {
  const skopeo = async (...args: string[]) =>
    (await run({ file: "skopeo", args: ["--insecure-policy", ...args] }, { timeoutMs: 60_000 })).stdout;

  interface Archive {
    readonly config: { readonly config: object; readonly rootfs: { readonly diff_ids: readonly string[] } };
    /** The unpacked layers' checksums. */
    readonly layers: readonly string[];
  }

  /** An archive for `docker load`, as tar and gzip read it. */
  function readArchive(file: string): Archive {
    const folder = emptyFolder();
    execFileSync("tar", ["-xf", file, "-C", folder]);
    const [{ Config, Layers }] = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    const unpacked = (path: string) => {
      const content = readFileSync(path);
      return content[0] === 0x1f ? execFileSync("gzip", ["-dc", path], { maxBuffer: 2 ** 30 }) : content;
    };
    return {
      config: JSON.parse(readFileSync(join(folder, Config), "utf8")),
      layers: Layers.map((path: string) => digestOf(unpacked(join(folder, path)))),
    };
  }

  test.each(testForms)("makes the same layers and the same configuration of %s", async (form) => {
    const { registry, host, kept } = await fetched(form);
    const own = readArchive(await host.pack(kept));
    const other = join(emptyFolder(), "skopeo.tar");
    registry.behaviour = {};
    await skopeo(
      "copy",
      "--src-tls-verify=false",
      `docker://${registry.url.replace("http://", "")}/${testName(form)}`,
      `docker-archive:${other}:${short(form)}`,
    );
    const theirs = readArchive(other);
    expect(own.layers).toEqual(theirs.layers);
    expect(own.config.rootfs).toEqual(theirs.config.rootfs);
    expect(own.config.config).toEqual(theirs.config.config);
  });

  test("reads the archive in both of its forms, and the cache itself", async () => {
    const { host, kept } = await fetched("schema 1");
    const file = await host.pack(kept);
    for (const place of [
      `docker-archive:${file}`,
      `oci-archive:${file}`,
      `oci:${host.job.store.folder}:${short("schema 1")}`,
    ]) {
      const config = JSON.parse(await skopeo("inspect", "--config", place));
      expect(config.config.WorkingDir).toBe("/srv/work");
      const copy = join(emptyFolder(), "copy.tar");
      await skopeo("copy", place, `docker-archive:${copy}`);
      expect(readArchive(copy).layers).toEqual(image.layers.map(({ tar }) => digestOf(tar)));
    }
  });
});
