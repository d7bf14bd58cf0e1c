import { createWriteStream } from "node:fs";
import { appendFile, chmod, copyFile, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type ClientAnswer, send } from "../http/client.ts";
import type { UriInfo } from "../mesos/api.ts";
import { unpack } from "./archives.ts";
import { runGroup } from "./process-group.ts";
import type { TaskUser } from "./task-users.ts";

/** As many times an answer may lead to another place. */
const mostRedirects = 20;

/** Brings what tasks need into their sandboxes; what is to be cached is brought once. */
export class Fetcher {
  private readonly cacheDirectory: string;
  private readonly cached = new Map<string, Promise<string>>();
  private emptied: Promise<unknown> | undefined;

  /** @param cacheDirectory its own: what an earlier agent left there is removed */
  constructor(cacheDirectory: string) {
    this.cacheDirectory = cacheDirectory;
  }

  /**
   * Fetches one after the other. What happens is told in the sandbox's `stderr`.
   * @param user whose rights files of this host are read with; absent: the agent's
   * @throws Error for the first that cannot be had, with the reason; an abort of `stop` is one
   */
  async fetch(uris: readonly UriInfo[], sandbox: string, stop: AbortSignal, user?: TaskUser): Promise<void> {
    const say = (line: string) => appendFile(join(sandbox, "stderr"), `${line}\n`);
    for (const uri of uris) {
      try {
        await say(`Fetching URI '${uri.value}'`);
        await this.fetchOne(uri, sandbox, stop, user);
      } catch (error) {
        await say(`Failed to fetch '${uri.value}': ${(error as Error).message}`);
        throw error;
      }
    }
  }

  private async fetchOne(
    uri: UriInfo,
    sandbox: string,
    stop: AbortSignal,
    user: TaskUser | undefined,
  ): Promise<void> {
    const name = fileName(uri.value);
    const path = join(sandbox, name);
    const { executable = false, extract = true } = uri;
    // A link of that name, which an archive may have brought, is not to be followed.
    await rm(path, { force: true });
    const local = user && localPath(uri.value.trimStart());
    // What is kept for all tasks is for none whose user may not read it.
    const cached = uri.cache === true && local === undefined;
    if (user !== undefined && local !== undefined) await copyAs(user, local, path, sandbox, stop);
    else if (!cached) await download(uri.value, path, stop);
    else {
      const source = await this.throughCache(uri.value, name);
      if (!executable && extract && (await unpack(source, sandbox))) return;
      await copyFile(source, path);
    }
    if (executable) await chmod(path, 0o755);
    else if (extract && !cached) await unpack(path, sandbox);
  }

  /** Not ended by the end of one task: others may wait for the same. */
  private throughCache(uri: string, name: string): Promise<string> {
    const known = this.cached.get(uri);
    if (known !== undefined) return known;
    const path = join(this.cacheDirectory, `c${this.cached.size}-${name}`);
    const made = this.emptyCache().then(async () => {
      await download(uri, path, new AbortController().signal);
      return path;
    });
    this.cached.set(uri, made);
    made.catch(() => this.cached.delete(uri));
    return made;
  }

  private emptyCache(): Promise<unknown> {
    this.emptied ??= rm(this.cacheDirectory, { recursive: true, force: true }).then(() =>
      mkdir(this.cacheDirectory, { recursive: true, mode: 0o700 }),
    );
    return this.emptied;
  }
}

/** What is behind the last slash, a query too: so does Mesos. @throws Error */
function fileName(uri: string): string {
  if (/[\\'\0]/.test(uri)) throw new Error("Illegal characters in URI");
  const [, path = uri] = /^\w+:\/\/(.*)$/s.exec(uri.trimStart()) ?? [];
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name === "" || name === "." || name === ".." || (path !== uri && !path.includes("/")))
    throw new Error(`Malformed URI (missing path): ${uri}`);
  return name;
}

async function download(uri: string, path: string, stop: AbortSignal): Promise<void> {
  const place = uri.trimStart();
  const local = localPath(place);
  if (local !== undefined) return copyFile(local, path);
  if (!/^https?:\/\//.test(place))
    throw new Error("Skipping fetch with Hadoop client: client not found (there are http, https and file)");
  const answer = await get(place, stop).catch((error: Error) => {
    throw new Error(`Error downloading resource: ${error.message}`);
  });
  if (answer.status !== 200) {
    answer.discard();
    throw new Error(`Error downloading resource, received HTTP return code ${answer.status}`);
  }
  await pipeline(answer.body, createWriteStream(path, { flags: "wx" }), { signal: stop });
}

/** @throws Error; its cause is in the sandbox's `stderr` */
async function copyAs(
  user: TaskUser,
  from: string,
  to: string,
  sandbox: string,
  stop: AbortSignal,
): Promise<void> {
  const [content, stderr] = await Promise.all([open(to, "wx"), open(join(sandbox, "stderr"), "a")]);
  try {
    const exit = await runGroup(
      { file: "cat", args: ["--", from] },
      {
        ...{ cwd: "/", env: { PATH: process.env.PATH ?? "" }, stdout: content.fd, stderr: stderr.fd },
        ...{ user, kill: stop, onStarted: () => {} },
      },
    );
    if (!("status" in exit) || exit.status !== 0) throw new Error(`it cannot be read as user ${user.uid}`);
  } finally {
    await Promise.all([content.close(), stderr.close()]);
  }
}

/** @throws Error */
function localPath(uri: string): string | undefined {
  if (!uri.startsWith("file://") && uri.includes("://")) return undefined;
  const path = uri.replace(/^file:\/\/(?:localhost)?/, "");
  if (path.startsWith("/")) return path;
  if (uri.startsWith("file://")) throw new Error("File URI only supports absolute paths");
  throw new Error(
    "A relative path was passed for the resource but the Mesos framework home was not specified. " +
      "Please either provide this config option or avoid using a relative path",
  );
}

async function get(url: string, signal: AbortSignal): Promise<ClientAnswer> {
  let place = url;
  for (let count = 0; count <= mostRedirects; count += 1) {
    const answer = await send(place, { signal });
    const { location } = answer.headers;
    if (answer.status < 300 || answer.status >= 400 || location === undefined) return answer;
    answer.discard();
    place = new URL(location, place).href;
    if (!/^https?:/.test(place)) throw new Error(`${url} leads to ${place}`);
  }
  throw new Error(`${url} leads to more than ${mostRedirects} other places`);
}
