import type { Store } from "../../store/store.ts";
import type { AppDefinition } from "./model.ts";
import { edited, emptyTree, type GroupFacts, type Tree } from "./tree.ts";

/** A tree as it is kept: its apps by id and version, the definitions themselves are with the apps. */
interface Snapshot {
  readonly version: string;
  readonly groups: readonly (readonly [id: string, facts: GroupFacts])[];
  readonly apps: readonly (readonly [id: string, version: string])[];
}

/** As many old trees are kept, as in Marathon. */
const keptTrees = 25;
const prefix = "group:root:";

/** The trees that were, and the one that is: what groups are rolled back to. */
export class History {
  private readonly store: Store;
  private readonly folder: string;
  /** The oldest first. */
  private snapshots: readonly Snapshot[] = [];

  constructor(store: Store, folder: string) {
    this.store = store;
    this.folder = folder;
  }

  async load(): Promise<void> {
    const names = (await this.store.children(this.folder)).filter((name) => name.startsWith(prefix));
    const texts = await Promise.all(names.sort().map((name) => this.store.get(`${this.folder}/${name}`)));
    this.snapshots = texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as Snapshot]));
  }

  /** Of all groups, the newest first. */
  versions(): readonly string[] {
    return this.snapshots.map(({ version }) => version).reverse();
  }

  /** The groups of the newest tree. */
  latestGroups(): Snapshot["groups"] {
    return this.snapshots.at(-1)?.groups ?? [];
  }

  /** The ids of the apps that some kept tree has. */
  appIds(): ReadonlySet<string> {
    return new Set(this.snapshots.flatMap(({ apps }) => apps.map(([id]) => id)));
  }

  /** A tree as it was, or undefined where it is not kept. @param find gives definitions by id and version */
  tree(version: string, find: (id: string, version: string) => AppDefinition | undefined): Tree | undefined {
    const snapshot = this.snapshots.find((other) => other.version === version);
    if (snapshot === undefined) return undefined;
    return edited(emptyTree(version), (draft) => {
      for (const [id, facts] of snapshot.groups) draft.makeGroup(id, facts);
      for (const [id, appVersion] of snapshot.apps) {
        const app = find(id, appVersion);
        if (app !== undefined) draft.putApp(app);
      }
    });
  }

  async add(tree: Tree): Promise<void> {
    const snapshot: Snapshot = {
      version: tree.version,
      groups: [...tree.groups],
      apps: [...tree.apps.values()].map(({ id, version }) => [id, version]),
    };
    const kept = [...this.snapshots, snapshot];
    const tooOld = kept.slice(0, Math.max(0, kept.length - keptTrees));
    this.snapshots = kept.slice(tooOld.length);
    await this.store.set(this.node(snapshot), JSON.stringify(snapshot));
    for (const old of tooOld) await this.store.remove(this.node(old));
  }

  private node({ version }: Snapshot): string {
    return `${this.folder}/${prefix}${version}`;
  }
}
