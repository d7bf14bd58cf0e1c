import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildBox } from "../foundry/box/build.ts";
import type { Job } from "../foundry/debian/job.ts";
import { buildImages } from "../foundry/images/build.ts";
import { defaultCacheDir } from "../tools/cache.ts";
import { line, runTasks } from "../ui/tasks.ts";
import type { Context } from "./context.ts";
import { type FetchOptions, fetchCommand } from "./images-fetch.ts";
import { listCommand, pruneCommand } from "./images-list.ts";

export interface ImagesOptions extends FetchOptions {
  readonly yes?: boolean;
}

export interface BuildOptions {
  readonly withImages?: boolean;
  readonly output?: string;
}

/** `images …`: what machines and boxes are given instead of pulling it. */
export async function imagesCommand(action: string, options: ImagesOptions, context: Context): Promise<void> {
  const { output, yes, ...which } = options;
  if (action === "fetch") return fetchCommand({ ...which, ...(output !== undefined && { output }) }, context);
  if (action === "list") return listCommand(context);
  if (action === "prune") return pruneCommand({ ...which, ...(yes !== undefined && { yes }) }, context);
  const built = await withProgress("images", "Build the rehearsal images", context, buildImages);
  report({ file: built.file, images: built.tags }, context);
}

/** `box build`: a libvirt box for machines that can reach neither a box catalogue nor an image registry. */
export async function boxCommand(options: BuildOptions, context: Context): Promise<void> {
  const built = await withProgress("box", "Build the Vagrant box", context, (job) =>
    buildBox({ ...job, withImages: options.withImages ?? false, output: options.output }),
  );
  report({ box: built.name, version: built.version, file: options.output ?? built.file }, context);
  if (!context.json)
    context.note(`use it: npx mesos-lab create --provider libvirt --stack rehearsal --box ${built.name}`);
}

async function withProgress<T>(
  step: string,
  title: string,
  context: Context,
  build: (job: Job) => Promise<T>,
): Promise<T> {
  const cacheDir = defaultCacheDir();
  const logFile = join(cacheDir, "logs", `${step}.log`);
  mkdirSync(join(cacheDir, "logs"), { recursive: true });
  rmSync(logFile, { force: true });
  let built: T | undefined;
  const task = line({ step, title, emit: context.emit, display: context.display }, async (say) => {
    built = await build({ cacheDir, signal: context.signal, logFile, onProgress: say });
    return undefined;
  });
  await runTasks([task], context.display);
  return built as T;
}

/** Prints facts a line each, or as the result under --json. */
export function report(facts: Readonly<Record<string, unknown>>, context: Context): void {
  if (context.json) context.emit({ event: "result", ...facts });
  else
    for (const [name, value] of Object.entries(facts)) context.print(`${name}: ${[value].flat().join(" ")}`);
}
