interface Node {
  data: string;
  owner: object | undefined;
}

/** Told of every node that is to outlive its session: its data, or undefined once it is removed. */
export type Persist = (path: string, data: string | undefined) => void;

interface ChildrenWatch {
  last: string | undefined;
  readonly onChange: (names: string[]) => void;
}

/** A tree of nodes in memory, with numbers for those that ask for one, and watches on children. */
export class Tree {
  readonly nodes = new Map<string, Node>();
  private readonly names = new Map<string, Set<string>>();
  private readonly created = new Map<string, number>();
  private readonly watches = new Map<string, Set<ChildrenWatch>>();
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
    const watch: ChildrenWatch = { last: undefined, onChange };
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

function split(path: string): [parent: string, name: string] {
  const slash = path.lastIndexOf("/");
  return [path.slice(0, slash) || "/", path.slice(slash + 1)];
}
