import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Manifest } from "../../src/bundle/manifest.ts";
import { type Source, writeBundle } from "../../src/bundle/write.ts";

/** What the files of a small bundle hold; the packages' sizes are on, just below and just above a tar block. */
export const smallFiles: Readonly<Record<string, string>> = {
  "mesos-lab.yaml": "stack: rehearsal\nprovider: libvirt\nbox: { name: acme/tiny, version: 1.2.3 }\n",
  "mesos-lab.lock": "lock: 1\nboxes: {}\nimages: {}\ntools: {}\n",
  "box.tar.gz": "not really a box".repeat(200),
  "images/rehearsal.tar.gz": "",
  "packages/Packages": "x".repeat(512),
  "packages/a_1%3a2.0~1_amd64.deb": "y".repeat(511),
  "packages/b_1_all.deb": "z".repeat(513),
};

export const smallManifest: Omit<Manifest, "files"> = {
  bundle: 1,
  madeWith: "0.0.0",
  lab: "mesos-lab",
  stack: "rehearsal",
  provider: "libvirt",
  architecture: process.arch,
  box: { name: "acme/tiny", version: "1.2.3" },
  images: {},
};

/** Writes a bundle of text files into a folder; returns its path. */
export async function smallBundle(
  folder: string,
  files: Readonly<Record<string, string>> = smallFiles,
  about: Partial<Manifest> = {},
): Promise<string> {
  const sources = Object.entries(files).map(([path, content]): Source => {
    const from = join(folder, "sources", path);
    mkdirSync(dirname(from), { recursive: true });
    writeFileSync(from, content);
    return { path, from };
  });
  const bundle = join(folder, "small.bundle");
  await writeBundle(bundle, { ...smallManifest, ...about }, sources, {
    signal: new AbortController().signal,
  });
  return bundle;
}
