import { LabError } from "../errors.ts";
import { listImages } from "../foundry/images/build.ts";
import type { KeptImage } from "../registry/layout.ts";
import { withSession } from "../registry/session.ts";
import { keptImages, pruneStore, registryStore } from "../registry/store.ts";
import { defaultCacheDir } from "../tools/cache.ts";
import { ask } from "../ui/ask.ts";
import { bytesText } from "../ui/bytes.ts";
import { formatTable } from "../ui/table.ts";
import { type Context, describedLab, type LabOptions } from "./context.ts";
import { waitingText, wantedImages } from "./fetching.ts";

/** `images list`: what was built and what was fetched. */
export async function listCommand(context: Context): Promise<void> {
  const cacheDir = defaultCacheDir();
  const built = await listImages({ cacheDir });
  const store = registryStore(cacheDir);
  const fetched = await keptImages(store);
  if (built === undefined && fetched.length === 0)
    throw new LabError("images-missing", "there are no images here yet", {
      remedy: [
        "the classic stack's: npx mesos-lab images fetch",
        "the rehearsal stack's: npx mesos-lab images build",
      ],
    });
  if (context.json)
    return context.emit({
      event: "result",
      ...(built && { file: built.file, images: built.tags }),
      folder: store.folder,
      fetched: fetched.map(imageFacts),
    });
  if (built !== undefined) {
    context.print(`file: ${built.file}`);
    context.print(`images: ${built.tags.join(" ")}`);
  }
  if (fetched.length > 0) {
    context.print(`folder: ${store.folder}`);
    printImages(fetched, context);
  }
}

/** `images prune`: what the lab here does not use goes out of the cache, and what no image has. */
export async function pruneCommand(
  { yes = false, ...which }: LabOptions & { readonly yes?: boolean },
  context: Context,
): Promise<void> {
  const lab = describedLab({ ...which, runsOn: "vagrant" });
  const used = new Set(wantedImages(lab).map(({ reference }) => reference));
  const store = registryStore(defaultCacheDir());
  const freed = await withSession(
    { store, signal: context.signal, onWait: () => context.note(waitingText) },
    async () => {
      const unused = (await keptImages(store)).filter(({ reference }) => !used.has(reference));
      if (unused.length > 0) await askToRemove(unused, yes, context);
      return pruneStore(store, ({ reference }) => used.has(reference));
    },
  );
  if (context.json) context.emit({ event: "result", folder: store.folder, freed });
  else context.print(freed === 0 ? "nothing to remove" : `${bytesText(freed)} freed`);
}

async function askToRemove(
  unused: readonly KeptImage[],
  yes: boolean,
  { json, signal }: Context,
): Promise<void> {
  const names = unused.map(({ reference }) => reference);
  const question = `Remove ${names.join(", ")} from the cache?`;
  if ((await ask(question, { yes, json, signal })) === "yes") return;
  throw new LabError("images-not-of-this-lab", "nothing was removed", {
    details: names.map((name) => `this lab does not use ${name}`),
    remedy: ["remove them: npx mesos-lab images prune --yes"],
  });
}

/** For `--json`. */
export function imageFacts(image: KeptImage): object {
  const { reference, form, architecture, fetched, config, layers } = image;
  return {
    reference,
    form,
    architecture,
    digest: fetched,
    id: config.digest,
    layers: layers.length,
    bytes: sizeOf(image),
  };
}

export function printImages(images: readonly KeptImage[], context: Context): void {
  const columns = [
    { title: "IMAGE" },
    { title: "FORM" },
    { title: "LAYERS", align: "right" as const },
    { title: "SIZE", align: "right" as const },
    { title: "ID" },
  ];
  const rows = images.map((image) => [
    image.reference,
    image.form,
    String(image.layers.length),
    bytesText(sizeOf(image)),
    image.config.digest.slice("sha256:".length, "sha256:".length + 12),
  ]);
  for (const text of formatTable(columns, rows, { width: context.width })) context.print(text);
}

function sizeOf({ manifest, config, layers }: KeptImage): number {
  return [manifest, config, ...layers].reduce((sum, { size }) => sum + size, 0);
}
