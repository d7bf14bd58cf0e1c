import { setImmediate as turn } from "node:timers/promises";
import type { Store } from "../../src/rehearsal/store.ts";

interface Node {
  data: string;
  owner?: MemorySession;
}

/** A tree that several sessions share, as they share one ZooKeeper. */
export class MemoryTree {
  readonly nodes = new Map<string, Node>();
  readonly watches = new Set<() => void>();
  private sequence = 0;

  open(): MemorySession {
    return new MemorySession(this);
  }

  next(): string {
    const number = this.sequence;
    this.sequence += 1;
    return String(number).padStart(10, "0");
  }

  changed(): void {
    for (const watch of [...this.watches]) watch();
  }

  drop(owner: MemorySession): void {
    for (const [path, node] of this.nodes) if (node.owner === owner) this.nodes.delete(path);
    this.changed();
  }
}

export class MemorySession implements Store {
  private readonly tree: MemoryTree;
  private readonly lost: (() => void)[] = [];

  constructor(tree: MemoryTree) {
    this.tree = tree;
  }

  /** What a session sees when ZooKeeper gave it up. */
  expire(): void {
    this.tree.drop(this);
    for (const callback of this.lost) callback();
  }

  async get(path: string): Promise<string | undefined> {
    await turn();
    return this.tree.nodes.get(path)?.data;
  }

  async set(path: string, data: string): Promise<void> {
    await turn();
    this.tree.nodes.set(path, { data });
    this.tree.changed();
  }

  async remove(path: string): Promise<boolean> {
    await turn();
    const removed = this.tree.nodes.delete(path);
    this.tree.changed();
    return removed;
  }

  async children(path: string): Promise<string[]> {
    await turn();
    return this.list(path);
  }

  async createEphemeral(prefix: string, data: string): Promise<string> {
    await turn();
    const path = prefix + this.tree.next();
    this.tree.nodes.set(path, { data, owner: this });
    this.tree.changed();
    return path;
  }

  watchChildren(path: string, onChange: (names: string[]) => void): () => void {
    let last: string | undefined;
    const watch = () => {
      const names = this.list(path);
      if (JSON.stringify(names) === last) return;
      last = JSON.stringify(names);
      onChange(names);
    };
    this.tree.watches.add(watch);
    watch();
    return () => this.tree.watches.delete(watch);
  }

  onSessionLost(callback: () => void): void {
    this.lost.push(callback);
  }

  async close(): Promise<void> {
    this.tree.drop(this);
  }

  private list(path: string): string[] {
    const prefix = path === "/" ? "/" : `${path}/`;
    const below = [...this.tree.nodes.keys()].filter((node) => node.startsWith(prefix));
    return [...new Set(below.map((node) => node.slice(prefix.length).split("/")[0] ?? ""))].sort();
  }
}
