import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { dockerArchive, type Layer } from "../../../../src/foundry/images/archive.ts";
import { images, layers } from "../../../../src/foundry/images/recipe.ts";

const layer = (name: string): Layer => ({
  name,
  digest: createHash("sha256").update(name).digest("hex"),
  file: `/cache/${name}.tar`,
});
const stacks = images.map((image) => ({ ...image, stack: image.layers.map(layer) }));
const entries = dockerArchive(stacks, "amd64");
const text = (path: string) => {
  const entry = entries.find((candidate) => candidate.path === path);
  if (entry === undefined || !("text" in entry)) throw new Error(`no ${path}`);
  return entry.text;
};
const manifest = JSON.parse(text("manifest.json")) as {
  Config: string;
  RepoTags: string[];
  Layers: string[];
}[];

test("every image is in the manifest, and everything it names is in the archive once", () => {
  expect(manifest.map((image) => image.RepoTags)).toEqual(images.map((image) => [image.tag]));
  const paths = entries.map((entry) => entry.path);
  expect(new Set(paths).size).toBe(paths.length);
  for (const image of manifest)
    for (const path of [image.Config, ...image.Layers]) expect(paths).toContain(path);
  const sources = entries.flatMap((entry) => ("source" in entry ? [entry.source] : []));
  expect(sources.sort()).toEqual(
    Object.keys(layers)
      .map((name) => `/cache/${name}.tar`)
      .sort(),
  );
});

test("a configuration is named by its content and lists its layers' digests", () => {
  for (const [index, image] of manifest.entries()) {
    const config = text(image.Config);
    expect(image.Config).toBe(`${createHash("sha256").update(config).digest("hex")}.json`);
    expect(JSON.parse(config).rootfs.diff_ids).toEqual(
      stacks[index]?.stack.map(({ digest }) => `sha256:${digest}`),
    );
  }
});

test("the agent's image has the originals' environment, ports and volumes", () => {
  const agent = manifest.find((image) => image.RepoTags[0] === "mesos-lab/mesos-slave:rehearsal");
  expect(JSON.parse(text(agent?.Config ?? ""))).toMatchObject({
    architecture: "amd64",
    config: {
      Entrypoint: ["node", "/opt/mesos-lab/dist/rehearsal/main.js", "mesos-agent"],
      Env: expect.arrayContaining(["MESOS_CONTAINERIZERS=docker,mesos"]),
      ExposedPorts: { "5051/tcp": {} },
      Volumes: { "/tmp/mesos": {} },
    },
  });
});

test("an image lies on the layers that each of its layers was made on", () => {
  for (const image of images)
    for (const [index, name] of image.layers.entries()) {
      const { on } = layers[name];
      if (on !== undefined) expect(image.layers.slice(0, index)).toContain(on);
    }
});
