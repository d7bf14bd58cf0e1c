import { LabError } from "../../errors.ts";
import type { Store } from "./store.ts";
import { abandon, CreateMode, connected, createClient, failureOf, type Stat } from "./zookeeper-client.ts";
import { type Done, ZooKeeperSession } from "./zookeeper-session.ts";

export interface ZooKeeperOptions {
  readonly sessionTimeoutMs?: number;
  /** Between two attempts to connect. */
  readonly retryDelayMs?: number;
  readonly log?: (line: string) => void;
  /** Gives up waiting for a server. */
  readonly signal?: AbortSignal;
}

/**
 * A session with ZooKeeper. Waits for as long as it takes until a server answers, like Mesos does.
 * @throws LabError `interrupted` when the signal ends the wait.
 */
export async function openZooKeeperStore(servers: string, options: ZooKeeperOptions = {}): Promise<Store> {
  const { sessionTimeoutMs = 10_000, retryDelayMs = 500, signal } = options;
  const log = options.log ?? ((line: string) => process.stderr.write(`${line}\n`));
  for (;;) {
    if (signal?.aborted) {
      throw new LabError("interrupted", `gave up waiting for ZooKeeper at ${servers}`);
    }
    const client = createClient(servers, { sessionTimeoutMs, retryDelayMs });
    if (await connected(client, sessionTimeoutMs, signal))
      return new ZooKeeperStore(new ZooKeeperSession(client, sessionTimeoutMs));
    abandon(client);
    if (!signal?.aborted)
      log(`ZooKeeper at ${servers} did not answer within ${sessionTimeoutMs} ms, trying again`);
  }
}

class ZooKeeperStore implements Store {
  private readonly session: ZooKeeperSession;

  constructor(session: ZooKeeperSession) {
    this.session = session;
  }

  async get(path: string): Promise<string | undefined> {
    const data = await orWhenMissing(
      this.session.call<Buffer>((done) => this.session.client.getData(path, done)),
      undefined,
    );
    return data?.toString("utf8");
  }

  async set(path: string, data: string): Promise<void> {
    const bytes = Buffer.from(data);
    const replaced = await orWhenMissing(
      this.session.call<Stat>((done) => this.session.client.setData(path, bytes, done)),
      undefined,
    );
    if (replaced !== undefined) return;
    await this.makeParents(path);
    try {
      await this.session.call((done: Done<string>) => this.session.client.create(path, bytes, done));
    } catch (error) {
      if (failureOf(error) !== "node exists") throw error;
      // Somebody else was quicker, or our own first try did arrive.
      await this.session.call<Stat>((done) => this.session.client.setData(path, bytes, done));
    }
  }

  async remove(path: string): Promise<boolean> {
    return orWhenMissing(
      this.session.call<void>((done) => this.session.client.remove(path, done)).then(() => true),
      false,
    );
  }

  async children(path: string): Promise<string[]> {
    const names = await orWhenMissing(
      this.session.call<string[]>((done) => this.session.client.getChildren(path, done)),
      [],
    );
    return [...names].sort();
  }

  async createEphemeral(prefix: string, data: string): Promise<string> {
    await this.makeParents(prefix);
    const mode = CreateMode.EPHEMERAL_SEQUENTIAL;
    for (;;) {
      try {
        return await Promise.race([
          this.session.once<string>((done) =>
            this.session.client.create(prefix, Buffer.from(data), mode, done),
          ),
          this.session.gone,
        ]);
      } catch (error) {
        if (this.session.state !== "open" || failureOf(error) !== "connection lost") throw error;
        // The answer was lost, not necessarily the request: a second node would be a second candidate.
        const made = await this.findOwn(prefix, data);
        if (made !== undefined) return made;
      }
    }
  }

  private async findOwn(prefix: string, data: string): Promise<string | undefined> {
    const parent = parentOf(prefix);
    for (const name of await this.children(parent)) {
      const path = join(parent, name);
      if (!path.startsWith(prefix)) continue;
      const stat = await orWhenMissing(
        this.session.call<Stat>((done) => this.session.client.exists(path, done)),
        undefined,
      );
      if (stat?.ephemeralOwner.equals(this.session.client.getSessionId()) && (await this.get(path)) === data)
        return path;
    }
    return undefined;
  }

  watchChildren(path: string, onChange: (names: string[]) => void): () => void {
    let last: string | undefined;
    let reading = false;
    let dirty = false;
    const refresh = () => {
      dirty = true;
      if (!reading) void read();
    };
    const read = async () => {
      reading = true;
      while (dirty && this.session.refreshers.has(refresh)) {
        dirty = false;
        const names = await this.childrenWatched(path, refresh).catch(() => undefined);
        if (names === undefined || !this.session.refreshers.has(refresh) || JSON.stringify(names) === last)
          continue;
        last = JSON.stringify(names);
        onChange(names);
      }
      reading = false;
    };
    this.session.refreshers.add(refresh);
    refresh();
    return () => {
      this.session.refreshers.delete(refresh);
    };
  }

  private async childrenWatched(path: string, onEvent: () => void): Promise<string[]> {
    try {
      return (
        await this.session.call<string[]>((done) => this.session.client.getChildren(path, onEvent, done))
      ).sort();
    } catch (error) {
      if (failureOf(error) !== "no node") throw error;
      // Missing now: the same watcher hears of its creation. It may be there by the time we ask.
      const stat = await this.session.call<Stat | null>((done) =>
        this.session.client.exists(path, onEvent, done),
      );
      return stat ? this.childrenWatched(path, onEvent) : [];
    }
  }

  onSessionLost(callback: () => void): void {
    this.session.onLost(callback);
  }

  close(): Promise<void> {
    return this.session.close();
  }

  private async makeParents(path: string): Promise<void> {
    const parent = parentOf(path);
    if (parent === "/") return;
    await this.session.call((done: Done<string>) => this.session.client.mkdirp(parent, done));
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function join(parent: string, name: string): string {
  return parent === "/" ? `/${name}` : `${parent}/${name}`;
}

async function orWhenMissing<T, M>(answer: Promise<T>, missing: M): Promise<T | M> {
  try {
    return await answer;
  } catch (error) {
    if (failureOf(error) === "no node") return missing;
    throw error;
  }
}
