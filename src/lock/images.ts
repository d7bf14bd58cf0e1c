/** What `docker image inspect` is asked to print for each image. */
export const imageFormat = "{{.Id}} {{json .RepoDigests}}";

/**
 * The identity of each image out of what `docker image inspect` printed for them, a line each: the digest by which it
 * was pulled, or its id where it was built. Lines that say something else are left out.
 */
export function imageIdentities(images: readonly string[], output: string): Readonly<Record<string, string>> {
  const lines = output.split("\n").filter((line) => line !== "");
  return Object.fromEntries(
    images.flatMap((image, index) => {
      const [, id, digests] = /^(sha256:[0-9a-f]{64}) (\[.*\]|null)$/.exec(lines[index] ?? "") ?? [];
      if (id === undefined || digests === undefined) return [];
      return [[image, pulledAs(image, digests) ?? `id ${id}`]];
    }),
  );
}

/** An image that has been pulled from several places has several digests: the one of this repository counts. */
function pulledAs(image: string, digests: string): string | undefined {
  const repository = image.replace(/:[^/:]*$/, "");
  const all = ((JSON.parse(digests) ?? []) as string[]).map((digest) => digest.split("@"));
  return all.find(([name]) => name === repository)?.[1];
}
