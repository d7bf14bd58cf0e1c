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

/** The kind of processor that the images of an archive for `docker load` are made for; undefined where it does not tell. */
async function architectureOf(archive: string, signal: AbortSignal): Promise<string | undefined> {
  const read = async (path: string): Promise<unknown> => {
    const { stdout } = await run({ file: "tar", args: ["-xOf", archive, path] }, { signal });
    return JSON.parse(stdout);
  };
  try {
    const [first] = (await read("manifest.json")) as readonly { readonly Config: string }[];
    return ((await read(first?.Config ?? "")) as { readonly architecture?: string }).architecture;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
