import { exitCodes, LabError } from "../../errors.ts";
import type { Store } from "./store.ts";

/** A session with a tree in memory. */
export interface MemorySession extends Store {
  /** Ends the session the way ZooKeeper does to a client that it has not heard of for too long. */
  expire(): void;
}

interface Node {
  data: string;
  owner: object | undefined;
}

/** Told of every node that is to outlive its session: its data, or undefined once it is removed. */
export type Persist = (path: string, data: string | undefined) => void;

/**
 * One tree in memory, instead of a ZooKeeper: the returned function opens sessions with it.
 * Nothing outlives the process but what `onPersist` keeps.
 * @param kept the nodes to begin with.
 */
export function createMemoryTree(
  kept: Iterable<readonly [path: string, data: string]> = [],
  onPersist: Persist = () => {},
): () => MemorySession {
  const tree = new Tree(onPersist);
  for (const [path, data] of kept) tree.put(path, data, undefined);
  return () => new Session(tree);
}

interface Watch {
  last: string | undefined;
  readonly onChange: (names: string[]) => void;
}

class Tree {
  readonly nodes = new Map<string, Node>();
  private readonly names = new Map<string, Set<string>>();
  private readonly created = new Map<string, number>();
  private readonly watches = new Map<string, Set<Watch>>();
  private readonly onPersist: Persist;

  constructor(onPersist: Persist) {
    this.onPersist = onPersist;
  }

  put(path: string, data: string, owner: object | undefined): void {
    const [parent, name] = split(path);
    if (parent !== "/" && !this.nodes.has(parent)) this.put(parent, "", undefined);
    if (owner === undefined) this.onPersist(path, data);
    const isNew = !this.nodes.has(path);
    this.nodes.set(path, { data, owner });
    if (!isNew) return;
    this.created.set(parent, (this.created.get(parent) ?? 0) + 1);
    const names = this.names.get(parent) ?? new Set();
    this.names.set(parent, names.add(name));
    this.tell(parent);
  }

  drop(paths: readonly string[]): void {
    for (const path of paths) {
      const [parent, name] = split(path);
      if (this.nodes.get(path)?.owner === undefined) this.onPersist(path, undefined);
      this.nodes.delete(path);
      this.names.get(parent)?.delete(name);
      this.tell(parent);
    }
  }

  children(path: string): string[] {
    return [...(this.names.get(path) ?? [])].sort();
  }

  nextName(prefix: string): string {
    return prefix + String(this.created.get(split(prefix)[0]) ?? 0).padStart(10, "0");
  }

  watch(path: string, onChange: (names: string[]) => void): () => void {
    const watch: Watch = { last: undefined, onChange };
    const watches = this.watches.get(path) ?? new Set();
    this.watches.set(path, watches.add(watch));
    this.tell(path);
    return () => watches.delete(watch);
  }

  /** Later, never inside the caller's own call: ZooKeeper's watches fire that way too. */
  private tell(path: string): void {
    const watches = this.watches.get(path);
    if (watches === undefined || watches.size === 0) return;
    queueMicrotask(() => {
      const names = this.children(path);
      const text = JSON.stringify(names);
      for (const watch of [...watches]) {
        if (watch.last === text || !watches.has(watch)) continue;
        watch.last = text;
        watch.onChange(names);
      }
    });
  }
}

class Session implements MemorySession {
  private readonly tree: Tree;
  private readonly stops = new Set<() => void>();
  private readonly lostCallbacks: (() => void)[] = [];
  private state: "open" | "lost" | "closed" = "open";

  constructor(tree: Tree) {
    this.tree = tree;
  }

  async get(path: string): Promise<string | undefined> {
    this.mustBeOpen();
    return this.tree.nodes.get(path)?.data;
  }

  async set(path: string, data: string): Promise<void> {
    this.mustBeOpen();
    this.tree.put(path, data, this.tree.nodes.get(path)?.owner);
  }

  async remove(path: string): Promise<boolean> {
    this.mustBeOpen();
    if (!this.tree.nodes.has(path)) return false;
    if (this.tree.children(path).length > 0)
      throw new LabError(`${path} is not empty`, { exitCode: exitCodes.tool });
    this.tree.drop([path]);
    return true;
  }

  async children(path: string): Promise<string[]> {
    this.mustBeOpen();
    return this.tree.children(path);
  }

  async createEphemeral(prefix: string, data: string): Promise<string> {
    this.mustBeOpen();
    const path = this.tree.nextName(prefix);
    this.tree.put(path, data, this);
    return path;
  }

  watchChildren(path: string, onChange: (names: string[]) => void): () => void {
    this.mustBeOpen();
    const stop = this.tree.watch(path, onChange);
    this.stops.add(stop);
    return () => {
      this.stops.delete(stop);
      stop();
    };
  }

  onSessionLost(callback: () => void): void {
    if (this.state === "lost") callback();
    else this.lostCallbacks.push(callback);
  }

  expire(): void {
    if (!this.end("lost")) return;
    for (const callback of this.lostCallbacks) callback();
  }

  async close(): Promise<void> {
    this.end("closed");
  }

  private end(state: "lost" | "closed"): boolean {
    if (this.state !== "open") return false;
    this.state = state;
    for (const stop of this.stops) stop();
    this.tree.drop([...this.tree.nodes].filter(([, node]) => node.owner === this).map(([path]) => path));
    return true;
  }

  private mustBeOpen(): void {
    if (this.state !== "open")
      throw new LabError(`the session with the store was ${this.state}`, { exitCode: exitCodes.tool });
  }
}

function split(path: string): [parent: string, name: string] {
  const slash = path.lastIndexOf("/");
  return [path.slice(0, slash) || "/", path.slice(slash + 1)];
}
