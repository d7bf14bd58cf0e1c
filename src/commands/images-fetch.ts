import { LabError } from "../errors.ts";
import { applyLock } from "../lock/apply.ts";
import type { Found } from "../registry/fetch.ts";
import type { KeptImage } from "../registry/layout.ts";
import { packImages } from "../registry/pack.ts";
import { type Session, type WantedImage, withSession } from "../registry/session.ts";
import { registryStore } from "../registry/store.ts";
import { defaultCacheDir } from "../tools/cache.ts";
import { line, lineOf, runTasks, type Task } from "../ui/tasks.ts";
import { type Context, describedLab, type LabOptions, usualFile } from "./context.ts";
import { lockPath, readLock } from "./create/lock.ts";
import { aheadText, fetchTelling, shortages, waitingText, wantedImages } from "./fetching.ts";
import { imageFacts, printImages } from "./images-list.ts";

export interface FetchOptions extends LabOptions {
  /** A file for `docker load`, besides what the cache keeps. */
  readonly output?: string;
}

/** What a good signature of schema 1 is worth. */
const signatureNote =
  "Images of schema 1 carry the key of their own signature: that it is good proves that nothing is missing, and nothing of who made them.";

/** `images fetch`: the classic stack's images into the cache, without an engine. */
export async function fetchCommand({ output, ...which }: FetchOptions, context: Context): Promise<void> {
  const described = describedLab({ ...which, runsOn: "vagrant" });
  if (described.stack !== "classic")
    throw new LabError(
      "images-in-no-registry",
      "the rehearsal stack's images are in no registry: this tool makes them",
      {
        remedy: ["npx mesos-lab images build"],
      },
    );
  const lock = readLock(lockPath(which.file ?? usualFile));
  const lab = lock === undefined ? described : applyLock(described, lock);
  const store = registryStore(defaultCacheDir());
  const { signal } = context;
  const onWait = () => context.note(waitingText);
  const images = await withSession({ store, mirror: lab.registry, signal, onWait }, async (session) => {
    const fetched: KeptImage[] = [];
    await runTasks(fetchTasks(wantedImages(lab), session, fetched, context), context.display);
    if (output !== undefined) await runTasks([packTask(session, fetched, output, context)], context.display);
    return fetched;
  });
  if (context.json)
    context.emit({
      event: "result",
      folder: store.folder,
      images: images.map(imageFacts),
      ...(output !== undefined && { file: output }),
    });
  else printImages(images, context);
  if (images.some(({ form }) => form === "schema 1")) context.note(signatureNote);
}

/** One line that looks for all images and tells the limits, then one for each. */
function fetchTasks(
  wanted: readonly WantedImage[],
  session: Session,
  fetched: KeptImage[],
  context: Context,
): Task[] {
  const found = new Map<string, Found>();
  const look = line(lineOf(context, "images", `Look for ${wanted.length} images`), async (say) => {
    for (const each of wanted) {
      say(each.reference);
      found.set(each.reference, await session.find(each, say));
    }
    const all = [...found.values()];
    for (const text of shortages(all)) context.note(text);
    return aheadText(all);
  });
  const fetches = wanted.map(({ reference }) =>
    line(lineOf(context, "images", `Fetch ${reference}`, reference), async (say) => {
      const seen = found.get(reference) as Found;
      const { image, text } = await fetchTelling(session, seen, say, context.display);
      fetched.push(image);
      return text;
    }),
  );
  return [look, ...fetches];
}

function packTask(session: Session, images: readonly KeptImage[], to: string, context: Context): Task {
  return line(lineOf(context, "images", `Write ${to}`), async (say) => {
    await packImages(session.store, images, to, { signal: context.signal, onProgress: say });
    return undefined;
  });
}
