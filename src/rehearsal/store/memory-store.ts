import { LabError } from "../../errors.ts";
import { type Persist, Tree } from "./memory-tree.ts";
import type { Store } from "./store.ts";

/** A session with a tree in memory. */
export interface MemorySession extends Store {
  /** Ends the session the way ZooKeeper does to a client that it has not heard of for too long. */
  expire(): void;
}

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
    if (this.tree.children(path).length > 0) throw new LabError("stand-in-failed", `${path} is not empty`);
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
      throw new LabError("zookeeper-lost", `the session with the store was ${this.state}`);
  }
}
