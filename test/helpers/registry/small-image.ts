import { execFileSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { digestOf } from "../../../src/registry/layout.ts";
import { mediaTypes } from "../../../src/registry/media-types.ts";
import { newKey, signPretty } from "./sign.ts";

/** A layer, packed and not. */
export interface TestLayer {
  readonly tar: Buffer;
  readonly packed: Buffer;
}

/** What a registry has of an image: its manifests by the forms in which it can give it, and the blobs of all of them. */
export interface TestImage {
  readonly manifests: Readonly<Record<TestForm, TestManifest>>;
  readonly blobs: ReadonlyMap<string, Buffer>;
  readonly layers: readonly TestLayer[];
  readonly config: Buffer;
}

export interface TestManifest {
  readonly mediaType: string;
  readonly text: string;
  /** Over what was signed, where somebody signed. */
  readonly digest: string;
}

export const testForms = ["schema 1", "schema 1, old", "schema 2", "OCI", "list", "index"] as const;
/** `schema 1, old`: by an engine before 1.8.3, with an empty layer that is a layer. */
export type TestForm = (typeof testForms)[number];

/** Under which name a registry of the tests has a form: `library/small:schema-1-old` */
export function testName(form: TestForm): string {
  return `library/small:${form.toLowerCase().replaceAll(/\W+/g, "-")}`;
}

const mebibyte = 1024 * 1024;

/** How a container of it is to be run: the host's programs, for it has none of its own. */
export const runArguments = ["--volume", "/usr:/usr:ro"];
/** What such a container prints. */
export const greeting = "user 1234, folder /srv/work, PLACE=the world & <more>, hello two, gone is gone";

const containerConfig = {
  Hostname: "f1e2d3",
  Domainname: "",
  User: "1234:1234",
  AttachStdin: false,
  AttachStdout: false,
  AttachStderr: false,
  ExposedPorts: { "8080/tcp": {}, "53/udp": {} },
  Tty: false,
  OpenStdin: false,
  StdinOnce: false,
  Env: ["PATH=/usr/bin:/bin", "PLACE=the world & <more>"],
  Cmd: [
    'echo "user $(id -u), folder $(pwd), PLACE=$PLACE, $(cat /greeting), gone is $(test -e /gone && echo here || echo gone)"',
  ],
  Image: "",
  Volumes: { "/data": {} },
  WorkingDir: "/srv/work",
  Entrypoint: ["/bin/sh", "-c"],
  OnBuild: null,
  Labels: { "10": "ten", "9": "nine", org: "mesos-lab" },
};

/** @param filling MiB of noise in the top layer, for what has to take a while. */
export function smallImage({ filling = 0.5, seed = 1 } = {}): TestImage {
  const bottom = layer((root) => {
    for (const each of ["usr", "tmp", "srv/work", "data"]) mkdirSync(join(root, each), { recursive: true });
    for (const each of ["bin", "sbin", "lib", "lib64"]) symlinkSync(`usr/${each}`, join(root, each));
    writeFileSync(join(root, "greeting"), "hello one\n");
    writeFileSync(join(root, "gone"), "still here\n");
  });
  const top = layer((root) => {
    writeFileSync(join(root, "greeting"), "hello two\n");
    writeFileSync(join(root, ".wh.gone"), "");
    writeFileSync(join(root, "tool"), "#!/bin/sh\n");
    chmodSync(join(root, "tool"), 0o4755);
    linkSync(join(root, "tool"), join(root, "same-tool"));
    writeFileSync(join(root, "noise"), noise(Math.round(filling * mebibyte), seed));
  });
  const empty = layer(() => undefined);
  const layers = [bottom, top];
  const steps = [
    { by: "/bin/sh -c #(nop) ADD file:123 in /", empty: false, layer: bottom },
    { by: "/bin/sh -c #(nop) ENV PLACE=the world & <more>", empty: true, layer: empty },
    { by: '/bin/sh -c echo "two" > /greeting', empty: false, layer: top },
  ];
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      config: containerConfig,
      container_config: containerConfig,
      created: "2016-02-01T12:34:56.123456789Z",
      docker_version: "1.9.1",
      history: steps.map(({ by, empty }) => ({
        created: "2016-02-01T12:34:56.123456789Z",
        created_by: by,
        ...(empty && { empty_layer: true }),
      })),
      os: "linux",
      rootfs: { type: "layers", diff_ids: layers.map(({ tar }) => digestOf(tar)) },
    }),
  );
  const described = (mediaType: string, content: Buffer) => ({
    mediaType,
    size: content.length,
    digest: digestOf(content),
  });
  const schema2 = manifest(mediaTypes.schema2, {
    schemaVersion: 2,
    mediaType: mediaTypes.schema2,
    config: described("application/vnd.docker.container.image.v1+json", config),
    layers: layers.map(({ packed }) =>
      described("application/vnd.docker.image.rootfs.diff.tar.gzip", packed),
    ),
  });
  const oci = manifest(mediaTypes.ociManifest, {
    schemaVersion: 2,
    config: described(mediaTypes.ociConfig, config),
    layers: layers.map(({ packed }) => described(mediaTypes.ociLayerGzip, packed)),
  });
  const several = (mediaType: string, one: TestManifest) =>
    manifest(mediaType, {
      schemaVersion: 2,
      mediaType,
      manifests: ["s390x", "amd64", "arm64"].map((architecture) => ({
        mediaType: one.mediaType,
        size: Buffer.byteLength(one.text),
        digest: architecture === "amd64" ? one.digest : digestOf(architecture),
        platform: { architecture, os: "linux" },
      })),
    });
  const contents = [config, ...[...layers, empty].map(({ packed }) => packed)];
  return {
    manifests: {
      "schema 1": schema1(steps, "1.9.1", seed),
      "schema 1, old": schema1(steps, "1.5.0", seed),
      "schema 2": schema2,
      OCI: oci,
      list: several(mediaTypes.list, schema2),
      index: several(mediaTypes.ociIndex, oci),
    },
    blobs: new Map(contents.map((content) => [digestOf(content), content])),
    layers,
    config,
  };
}

/** The blobs that whoever has the image in this form needs, by digest. */
export function neededBlobs(
  { blobs, layers, config }: TestImage,
  form: TestForm,
): ReadonlyMap<string, Buffer> {
  // The empty layer is one only for engines that knew no others; they had no configuration.
  const isEmpty = (content: Buffer) => content !== config && layers.every(({ packed }) => packed !== content);
  const isNeeded = (content: Buffer) =>
    isEmpty(content) ? form === "schema 1, old" : content !== config || !form.startsWith("schema 1");
  return new Map([...blobs].filter(([, content]) => isNeeded(content)));
}

type Step = { readonly by: string; readonly empty: boolean; readonly layer: TestLayer };

/** As registries had it: the newest step first, each with the JSON that its engine knew. */
function schema1(steps: readonly Step[], version: string, seed: number): TestManifest {
  const old = version < "1.8.3";
  const ids = steps.map((_, index) => digestOf(`${seed} step ${index}`).slice("sha256:".length));
  const history = steps.map(({ by, empty }, index) => ({
    v1Compatibility: JSON.stringify({
      id: ids[index],
      ...(index > 0 && { parent: ids[index - 1] }),
      created: index === 0 ? "2015-04-18T10:20:30.120000000Z" : "2016-02-01T12:34:56.123456789Z",
      container_config: { ...containerConfig, Cmd: ["/bin/sh", "-c", by.replace("/bin/sh -c ", "")] },
      ...(index === steps.length - 1 && {
        container: digestOf("container").slice(7),
        docker_version: version,
        config: { ...containerConfig, ...(old && { PortSpecs: null, Memory: 0, MemorySwap: 0 }) },
        architecture: "amd64",
        os: "linux",
        author: "A <a@example.org>",
      }),
      ...(old ? { Size: 17 } : empty && { throwaway: true }),
    }),
  }));
  const text = JSON.stringify(
    {
      schemaVersion: 1,
      name: "small/image",
      tag: "1",
      architecture: "amd64",
      fsLayers: steps.map(({ layer }) => ({ blobSum: digestOf(layer.packed) })).reverse(),
      history: history.reverse(),
    },
    undefined,
    3,
  );
  return { mediaType: mediaTypes.schema1Signed, text: signPretty(text, newKey()), digest: digestOf(text) };
}

function manifest(mediaType: string, value: object): TestManifest {
  const text = JSON.stringify(value, undefined, 3);
  return { mediaType, text, digest: digestOf(text) };
}

function layer(fill: (root: string) => void): TestLayer {
  const folder = mkdtempSync(join(tmpdir(), "mesos-lab-layer-"));
  try {
    const root = join(folder, "root");
    mkdirSync(root);
    fill(root);
    const form = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
    const names = execFileSync("ls", ["-A", root], { encoding: "utf8" }).split("\n").filter(Boolean);
    const all = names.length === 0 ? ["--files-from=/dev/null"] : names;
    const tar = execFileSync("tar", [...form, "-cf", "-", "-C", root, ...all], { maxBuffer: 2 ** 31 });
    return { tar, packed: gzipSync(tar, { level: 1 }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bytes that cannot be packed, the same for the same seed. */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed * 2654435761;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
