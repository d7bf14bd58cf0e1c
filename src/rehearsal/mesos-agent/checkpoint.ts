import { mkdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as z from "zod/mini";
import type { FrameworkInfo, TaskInfo } from "../mesos/api.ts";
import { name, taskInfo } from "../mesos/task-schema.ts";

/** A task that was running when it was written down. */
export interface KeptTask {
  readonly frameworkId: string;
  readonly framework: FrameworkInfo;
  readonly containerId: string;
  readonly info: TaskInfo;
}

export interface Kept {
  readonly agentId: string;
  readonly tasks: readonly KeptTask[];
}

const schema = z.array(
  z.looseObject({
    frameworkId: name,
    framework: z.looseObject({ user: z.string(), name: z.string() }),
    containerId: name,
    info: taskInfo,
  }),
);

/** What is there at a start. */
export interface Found extends Kept {
  /** Whether the tasks could not be read: then none is known, and the id is still good. */
  readonly damaged: boolean;
}

/**
 * What an agent remembers across restarts, under `<work_dir>/meta` as in Mesos: `boot_id`, and `slaves/latest`, a link
 * to the directory of the last id. Removing the link makes the next start a new agent.
 */
export class Checkpoint {
  private readonly meta: string;
  private readonly bootId: string;
  private writing: Promise<void> = Promise.resolve();
  /** The write that comes after the one under way. */
  private waiting: Promise<void> | undefined;
  private forgotten = false;

  constructor(workDir: string, bootId: string) {
    this.meta = join(workDir, "meta");
    this.bootId = bootId;
  }

  /** Nothing after a reboot of the host: what ran before is gone, and the agent comes back as a new one. */
  async load(): Promise<Found | undefined> {
    const bootId = await readText(join(this.meta, "boot_id"));
    if (bootId?.trim() !== this.bootId) return undefined;
    const latest = await readlink(join(this.meta, "slaves", "latest")).catch(() => undefined);
    if (latest === undefined) return undefined;
    const agentId = basename(latest);
    const text = await readText(join(this.meta, "slaves", agentId, "tasks.json"));
    // Written in part, maybe, when the host failed.
    const tasks = tasksIn(text ?? "[]");
    return { agentId, tasks: tasks ?? [], damaged: tasks === undefined };
  }

  /**
   * Writes down what there is by then: many changes at once are one.
   * @param kept asked when it is written
   */
  save(kept: () => Kept): Promise<void> {
    this.waiting ??= this.writing
      .catch(() => {})
      .then(() => {
        this.waiting = undefined;
        this.writing = this.write(kept());
        return this.writing;
      });
    return this.waiting;
  }

  private async write({ agentId, tasks }: Kept): Promise<void> {
    if (this.forgotten) return;
    const slaves = join(this.meta, "slaves");
    await mkdir(join(slaves, agentId), { recursive: true, mode: 0o700 });
    await replaceFile(join(slaves, agentId, "tasks.json"), JSON.stringify(tasks));
    await replaceFile(join(this.meta, "boot_id"), this.bootId);
    const latest = join(slaves, "latest");
    await rm(`${latest}.new`, { force: true });
    await symlink(agentId, `${latest}.new`);
    await rename(`${latest}.new`, latest);
  }

  /** For good: nothing is written after it. */
  async forget(): Promise<void> {
    this.forgotten = true;
    await this.settled();
    await rm(join(this.meta, "slaves", "latest"), { force: true });
  }

  /** Waits for what is being written. */
  async settled(): Promise<void> {
    await this.waiting?.catch(() => {});
    await this.writing.catch(() => {});
  }
}

/** Undefined where the text is damaged. */
function tasksIn(text: string): readonly KeptTask[] | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data as readonly KeptTask[] | undefined;
  } catch {
    return undefined;
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}

async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
