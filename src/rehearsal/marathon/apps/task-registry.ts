import type { Store } from "../../store/store.ts";
import type { MarathonTask } from "./model.ts";

/** The tasks that were launched and are not known to have ended. */
export class TaskRegistry {
  private readonly store: Store;
  private readonly folder: string;
  /** Both in the order in which the tasks were launched. */
  private readonly tasks = new Map<string, MarathonTask>();
  private readonly byApp = new Map<string, Map<string, MarathonTask>>();

  constructor(store: Store, folder: string) {
    this.store = store;
    this.folder = folder;
  }

  load(tasks: readonly MarathonTask[]): void {
    for (const task of [...tasks].sort((a, b) => (a.stagedAt < b.stagedAt ? -1 : 1))) this.keep(task);
  }

  get(id: string): MarathonTask | undefined {
    return this.tasks.get(id);
  }

  /** In the order in which they were launched. */
  all(): readonly MarathonTask[] {
    return [...this.tasks.values()];
  }

  /** In the order in which they were launched. */
  of(appId: string): readonly MarathonTask[] {
    return [...(this.byApp.get(appId)?.values() ?? [])];
  }

  async save(task: MarathonTask): Promise<void> {
    this.keep(task);
    await this.store.set(this.node(task.id), JSON.stringify(task));
  }

  async drop(id: string): Promise<void> {
    const task = this.tasks.get(id);
    this.tasks.delete(id);
    const own = this.byApp.get(task?.appId ?? "");
    own?.delete(id);
    if (task !== undefined && own?.size === 0) this.byApp.delete(task.appId);
    await this.store.remove(this.node(id));
  }

  private keep(task: MarathonTask): void {
    this.tasks.set(task.id, task);
    const own = this.byApp.get(task.appId) ?? new Map<string, MarathonTask>();
    this.byApp.set(task.appId, own.set(task.id, task));
  }

  private node(id: string): string {
    return `${this.folder}/task:${id}`;
  }
}
