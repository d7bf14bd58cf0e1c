import type { Store } from "../../store/store.ts";
import type { AppDefinition, MarathonTask, TaskFailure } from "./model.ts";
import { safePath } from "./path-id.ts";

export interface AppRecord {
  readonly app: AppDefinition;
  /** The newest first, the current one among them. */
  readonly versions: readonly AppDefinition[];
  readonly lastTaskFailure?: TaskFailure;
}

/** As many old definitions of an app are kept, as in Marathon. */
const keptVersions = 25;

/** Apps, tasks and the framework's id: in memory, and kept in the store so that the next leader finds them. */
export class Registry {
  private readonly store: Store;
  private readonly folder: string;
  private readonly apps = new Map<string, AppRecord>();
  /** Both in the order in which the tasks were launched. */
  private readonly tasks = new Map<string, MarathonTask>();
  private readonly byApp = new Map<string, Map<string, MarathonTask>>();
  private id: string | undefined;

  constructor(store: Store, folder: string) {
    this.store = store;
    this.folder = folder;
  }

  async load(): Promise<void> {
    const tasks: MarathonTask[] = [];
    this.id = await this.store.get(`${this.folder}/framework:id`);
    for (const name of await this.store.children(this.folder)) {
      const data =
        name.startsWith("app:") || name.startsWith("task:")
          ? await this.store.get(`${this.folder}/${name}`)
          : "";
      if (!data) continue;
      if (name.startsWith("app:")) {
        const record = JSON.parse(data) as AppRecord;
        this.apps.set(record.app.id, record);
      } else {
        tasks.push(JSON.parse(data) as MarathonTask);
      }
    }
    tasks.sort((a, b) => (a.stagedAt < b.stagedAt ? -1 : 1));
    for (const task of tasks) this.keep(task);
  }

  get frameworkId(): string | undefined {
    return this.id;
  }

  async saveFrameworkId(id: string): Promise<void> {
    this.id = id;
    await this.store.set(`${this.folder}/framework:id`, id);
  }

  app(id: string): AppRecord | undefined {
    return this.apps.get(id);
  }

  /** Sorted by id. */
  allApps(): readonly AppRecord[] {
    return [...this.apps.values()].sort((a, b) => (a.app.id < b.app.id ? -1 : 1));
  }

  definitions(): readonly AppDefinition[] {
    return this.allApps().map((record) => record.app);
  }

  async saveApp(app: AppDefinition): Promise<void> {
    const old = this.apps.get(app.id);
    const versions = [app, ...(old?.versions ?? []).filter((other) => other.version !== app.version)];
    const failure = old?.lastTaskFailure;
    await this.saveRecord({
      app,
      versions: versions.slice(0, keptVersions),
      ...(failure === undefined ? {} : { lastTaskFailure: failure }),
    });
  }

  async saveFailure(failure: TaskFailure): Promise<void> {
    const record = this.apps.get(failure.appId);
    if (record !== undefined) await this.saveRecord({ ...record, lastTaskFailure: failure });
  }

  async dropApp(id: string): Promise<void> {
    this.apps.delete(id);
    await this.store.remove(`${this.folder}/app:${safePath(id)}`);
  }

  task(id: string): MarathonTask | undefined {
    return this.tasks.get(id);
  }

  /** In the order in which they were launched. */
  allTasks(): readonly MarathonTask[] {
    return [...this.tasks.values()];
  }

  tasksOf(appId: string): readonly MarathonTask[] {
    return [...(this.byApp.get(appId)?.values() ?? [])];
  }

  async saveTask(task: MarathonTask): Promise<void> {
    this.keep(task);
    await this.store.set(`${this.folder}/task:${task.id}`, JSON.stringify(task));
  }

  async dropTask(id: string): Promise<void> {
    const task = this.tasks.get(id);
    this.tasks.delete(id);
    const own = this.byApp.get(task?.appId ?? "");
    own?.delete(id);
    if (task !== undefined && own?.size === 0) this.byApp.delete(task.appId);
    await this.store.remove(`${this.folder}/task:${id}`);
  }

  private keep(task: MarathonTask): void {
    this.tasks.set(task.id, task);
    const own = this.byApp.get(task.appId) ?? new Map<string, MarathonTask>();
    this.byApp.set(task.appId, own.set(task.id, task));
  }

  private async saveRecord(record: AppRecord): Promise<void> {
    this.apps.set(record.app.id, record);
    await this.store.set(`${this.folder}/app:${safePath(record.app.id)}`, JSON.stringify(record));
  }
}
