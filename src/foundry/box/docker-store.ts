import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Job, runStep } from "../debian/job.ts";
import { startEngine } from "./engine.ts";

/** Sockets have short paths; the folder of a cache may have a long one. */
const engineFolder = "/run/mesos-lab-engine-";

/** Fills `store` (a /var/lib/docker) with the images of an archive, which has `count` of them. */
export async function fillDockerStore(
  job: Job,
  archive: string,
  count: number,
  store: string,
): Promise<void> {
  await mkdir(store, { recursive: true });
  const scratch = await mkdtemp(engineFolder);
  try {
    const { socket, close } = await startEngine(job, store, scratch);
    try {
      let loaded = 0;
      const onLine = (line: string) => {
        if (line.startsWith("Loaded image")) job.onProgress?.(`images in the box: ${++loaded} of ${count}`);
      };
      await runStep(
        job,
        { file: "docker", args: ["--host", socket, "load", "--input", archive] },
        { onLine },
      );
    } finally {
      await close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  // What is left besides images belongs to the engine that was here, not to the machine's own.
  for (const name of await readdir(store))
    if (name !== "image" && name !== "overlay2")
      await rm(join(store, name), { recursive: true, force: true });
}
