import { statSync } from "node:fs";
import { run } from "../../tools/exec.ts";
import type { Cargo } from "./judge.ts";

/** What there is to know of the archive of the lab's images before it is brought anywhere. */
export async function cargoOf(
  archive: string | undefined,
  mark: string | undefined,
  signal: AbortSignal,
): Promise<Cargo> {
  if (archive === undefined) return { mark };
  const mebibytes = Math.ceil(statSync(archive).size / 2 ** 20);
  return { mark, archive: { mebibytes, architecture: await architectureOf(archive, signal) } };
}

/** All images of an archive for `docker load`, which loads them together. @throws LabError `tool` for another file. */
export async function imagesIn(archive: string, signal: AbortSignal): Promise<readonly string[]> {
  return (await manifestOf(archive, signal)).flatMap(({ RepoTags }) => RepoTags ?? []);
}

type Manifest = readonly { readonly Config: string; readonly RepoTags?: readonly string[] | null }[];

async function manifestOf(archive: string, signal: AbortSignal): Promise<Manifest> {
  return (await jsonIn(archive, "manifest.json", signal)) as Manifest;
}

async function jsonIn(archive: string, path: string, signal: AbortSignal): Promise<unknown> {
  const { stdout } = await run({ file: "tar", args: ["-xOf", archive, path] }, { signal });
  return JSON.parse(stdout);
}

/** The kind of processor that the images of an archive for `docker load` are made for; undefined where it does not tell. */
async function architectureOf(archive: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const [first] = await manifestOf(archive, signal);
    const config = await jsonIn(archive, first?.Config ?? "", signal);
    return (config as { readonly architecture?: string }).architecture;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
