import type { Store } from "../../store/store.ts";
import { History } from "./history.ts";
import type { AppDefinition, MarathonTask, TaskFailure } from "./model.ts";
import { safePath } from "./path-id.ts";
import { TaskRegistry } from "./task-registry.ts";
import { edited, type Tree, treeOf } from "./tree.ts";

export interface AppRecord {
  readonly app: AppDefinition;
  /** The newest first, the current one among them. */
  readonly versions: readonly AppDefinition[];
  /** Tasks of an older version have to be replaced. */
  readonly outdatedBefore: string;
  readonly lastTaskFailure?: TaskFailure;
  /** The app is gone; old trees still have it. */
  readonly removed?: true;
}

/** As many old definitions of an app are kept, as in Marathon. */
const keptVersions = 25;

/** Apps in their groups, tasks and the framework's id: in memory, and kept in the store so that the next leader finds them. */
export class Registry {
  readonly tasks: TaskRegistry;
  private readonly store: Store;
  private readonly folder: string;
  private readonly history: History;
  private readonly records = new Map<string, AppRecord>();
  private current: Tree = treeOf([], new Date(0).toISOString());
  private id: string | undefined;

  constructor(store: Store, folder: string) {
    this.store = store;
    this.folder = folder;
    this.tasks = new TaskRegistry(store, folder);
    this.history = new History(store, folder);
  }

  async load(): Promise<void> {
    this.id = await this.store.get(`${this.folder}/framework:id`);
    const names = await this.store.children(this.folder);
    const read = async <T>(kind: string): Promise<T[]> => {
      const own = names.filter((name) => name.startsWith(kind));
      const texts = await Promise.all(own.map((name) => this.store.get(`${this.folder}/${name}`)));
      return texts.flatMap((text) => (text ? [JSON.parse(text) as T] : []));
    };
    for (const record of await read<AppRecord>("app:")) this.records.set(record.app.id, record);
    this.tasks.load(await read<MarathonTask>("task:"));
    await this.history.load();
    const apps = [...this.records.values()].filter(({ removed }) => !removed).map(({ app }) => app);
    const [version = this.current.version] = this.history.versions();
    this.current = edited(treeOf(apps, version), (draft) => {
      for (const [id, facts] of this.history.latestGroups()) draft.makeGroup(id, facts);
    });
  }

  get frameworkId(): string | undefined {
    return this.id;
  }

  async saveFrameworkId(id: string): Promise<void> {
    this.id = id;
    await this.store.set(`${this.folder}/framework:id`, id);
  }

  get tree(): Tree {
    return this.current;
  }

  /** Of all groups, the newest first. */
  treeVersions(): readonly string[] {
    return this.history.versions();
  }

  /** A tree as it was; undefined where it is not kept. */
  treeAt(version: string): Tree | undefined {
    return this.history.tree(version, (id, appVersion) =>
      this.records.get(id)?.versions.find((app) => app.version === appVersion),
    );
  }

  app(id: string): AppRecord | undefined {
    const record = this.records.get(id);
    return record?.removed ? undefined : record;
  }

  /** Sorted by id. */
  allApps(): readonly AppRecord[] {
    return [...this.records.values()]
      .filter(({ removed }) => !removed)
      .sort((a, b) => (a.app.id < b.app.id ? -1 : 1));
  }

  definitions(): readonly AppDefinition[] {
    return this.allApps().map((record) => record.app);
  }

  /**
   * Takes another tree for the current one, and writes down what is different.
   * @param replaced the apps whose tasks have to be replaced even if nothing of their definition has changed
   */
  async saveTree(tree: Tree, replaced: ReadonlySet<string>): Promise<void> {
    const old = this.current;
    this.current = tree;
    const saved: Promise<void>[] = [];
    for (const app of tree.apps.values())
      if (old.apps.get(app.id) !== app) saved.push(this.saveApp(app, replaced.has(app.id)));
    await this.history.add(tree);
    const gone = [...this.records.keys()].filter((id) => !tree.apps.has(id));
    if (gone.length > 0) {
      const known = this.history.appIds();
      for (const id of gone) saved.push(this.removeApp(id, known.has(id)));
    }
    await Promise.all(saved);
  }

  async saveFailure(failure: TaskFailure): Promise<void> {
    const record = this.app(failure.appId);
    if (record !== undefined) await this.saveRecord({ ...record, lastTaskFailure: failure });
  }

  private async saveApp(app: AppDefinition, isReplaced: boolean): Promise<void> {
    const old = this.records.get(app.id);
    const versions = [app, ...(old?.versions ?? []).filter((other) => other.version !== app.version)];
    const configVersion = app.versionInfo?.lastConfigChangeAt ?? app.version;
    const failure = old?.removed ? undefined : old?.lastTaskFailure;
    await this.saveRecord({
      app,
      versions: versions.slice(0, keptVersions),
      outdatedBefore: isReplaced
        ? app.version
        : latest(configVersion, old?.removed ? "" : (old?.outdatedBefore ?? "")),
      ...(failure === undefined ? {} : { lastTaskFailure: failure }),
    });
  }

  /** What an old tree still refers to stays, for a group that is rolled back. */
  private async removeApp(id: string, isKept: boolean): Promise<void> {
    const record = this.records.get(id);
    if (record !== undefined && isKept) {
      const { lastTaskFailure: _gone, ...rest } = record;
      if (!record.removed) await this.saveRecord({ ...rest, removed: true });
      return;
    }
    this.records.delete(id);
    await this.store.remove(this.node(id));
  }

  private async saveRecord(record: AppRecord): Promise<void> {
    this.records.set(record.app.id, record);
    await this.store.set(this.node(record.app.id), JSON.stringify(record));
  }

  private node(id: string): string {
    return `${this.folder}/app:${safePath(id)}`;
  }
}

function latest(a: string, b: string): string {
  return a > b ? a : b;
}
