import { exitCodes, LabError } from "../errors.ts";
import { applyLock } from "../lock/apply.ts";
import type { KeptImage } from "../registry/layout.ts";
import { packImages } from "../registry/pack.ts";
import { type Session, withSession } from "../registry/session.ts";
import { registryStore } from "../registry/store.ts";
import { defaultCacheDir } from "../tools/cache.ts";
import { line, runTasks, type Task } from "../ui/tasks.ts";
import { type Context, describedLab, type LabOptions, usualFile } from "./context.ts";
import { lockPath, readLock } from "./create/lock.ts";
import { fetchTasks, waiting, wantedImages } from "./fetch-tasks.ts";
import { imageFacts, printImages } from "./images-list.ts";

export interface FetchOptions extends LabOptions {
  /** A file for `docker load`, besides what the cache keeps. */
  readonly output?: string;
}

/** `images fetch`: the classic stack's images into the cache, without an engine. */
export async function fetchCommand({ output, ...which }: FetchOptions, context: Context): Promise<void> {
  const described = describedLab({ ...which, runsOn: "vagrant" });
  if (described.stack !== "classic")
    throw new LabError("the rehearsal stack's images are in no registry: this tool makes them", {
      exitCode: exitCodes.usage,
      remedy: ["npx mesos-lab images build"],
    });
  const lock = readLock(lockPath(which.file ?? usualFile));
  const lab = lock === undefined ? described : applyLock(described, lock);
  const { signal } = context;
  const images = await withSession(
    { store: registryStore(defaultCacheDir()), mirror: lab.registry, signal, onWait: () => waiting(context) },
    async (session) => {
      const fetched = fetchTasks(wantedImages(lab), session, context);
      await runTasks(fetched.tasks, context.display);
      if (output !== undefined)
        await runTasks([packTask(session, fetched.images, output, context)], context.display);
      return fetched.images;
    },
  );
  if (context.json)
    context.emit({
      event: "result",
      folder: registryStore(defaultCacheDir()).folder,
      images: images.map(imageFacts),
      ...(output !== undefined && { file: output }),
    });
  else printImages(images, context);
  if (images.some(({ form }) => form === "schema 1")) context.note(signatureNote);
}

/** What a good signature of schema 1 is worth. */
const signatureNote =
  "Images of schema 1 carry the key of their own signature: that it is good proves that nothing is missing, and nothing of who made them.";

function packTask(session: Session, images: readonly KeptImage[], to: string, context: Context): Task {
  const { emit, display, signal } = context;
  return line({ step: "images", title: `Write ${to}`, emit, display }, async (say) => {
    await packImages(session.store, images, to, { signal, onProgress: say });
    return undefined;
  });
}
