import { appendFile, chmod, lchown, lstat, mkdir, open, readdir, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { TaskToRun } from "./task-runner.ts";
import type { TaskUser } from "./task-users.ts";

/** The directory of a run of a task, below the agent's: as in Mesos, where each command has an executor of its own. */
export function sandboxPath(
  workDir: string,
  {
    agentId,
    frameworkId,
    taskId,
    containerId,
  }: Readonly<Record<"agentId" | "frameworkId" | "taskId" | "containerId", string>>,
): string {
  const parts = [agentId, "frameworks", frameworkId, "executors", taskId, "runs", containerId];
  return join(workDir, "slaves", ...parts.map(asFileName));
}

/** Makes the directory, and `latest` beside it, which leads to it. */
export async function makeSandbox(path: string): Promise<void> {
  // Other users may pass to what they know the name of, and list nothing.
  await mkdir(path, { recursive: true, mode: 0o711 });
  await chmod(path, 0o755);
  const latest = join(dirname(path), "latest");
  await rm(latest, { force: true });
  await symlink(basename(path), latest);
}

/** Gives the directory, and what was fetched into it, to a user. A file with a second name may lie elsewhere too. */
export async function giveTo(user: TaskUser, path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isFile() && found.nlink > 1) return;
  await lchown(path, user.uid, user.gid);
  if (found.isDirectory()) for (const name of await readdir(path)) await giveTo(user, join(path, name));
}

/** Ids come from the network and become directories. */
function asFileName(id: string): string {
  if (/[/\\\0]/.test(id) || id === "" || id === "." || id === "..")
    throw new Error(`not usable as an id: ${id}`);
  return id;
}

/** A line of the executor's own beside the output of the task. A sandbox that is full or gone takes none. */
export async function sayIn(directory: string, line: string): Promise<void> {
  await appendFile(join(directory, "stdout"), `${line}\n`).catch(() => {});
}

/** The two files that an executor and its task write to. */
export interface Output {
  readonly stdout: number;
  readonly stderr: number;
  /** A line of the executor's own. */
  say(line: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the output of a task, which begins with what its executor says. */
export async function openOutput(
  { sandbox, hostname, info, user }: TaskToRun,
  executor: string,
): Promise<Output> {
  const [stdout, stderr] = await Promise.all([
    open(join(sandbox, "stdout"), "a"),
    open(join(sandbox, "stderr"), "a"),
  ]);
  if (user !== undefined) for (const file of [stdout, stderr]) await file.chown(user.uid, user.gid);
  const say = async (line: string) => void (await stdout.write(`${line}\n`));
  await say(`Registered ${executor} on ${hostname}`);
  await say(`Starting task ${info.task_id.value}`);
  return {
    stdout: stdout.fd,
    stderr: stderr.fd,
    say,
    close: async () => void (await Promise.all([stdout.close(), stderr.close()])),
  };
}
