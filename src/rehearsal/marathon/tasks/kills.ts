import type { MarathonTask } from "../apps/model.ts";

/** A kill that Mesos has not confirmed is asked for again after this time. */
const retryMs = 10_000;

/** Kills that were asked for and have not been confirmed. */
export class Kills {
  private readonly since = new Map<string, number>();
  private readonly send: (taskId: string, agentId: string | undefined) => void;
  private readonly agentOf: (taskId: string) => string | undefined;

  /**
   * @param send asks Mesos
   * @param agentOf where a task is known to run
   */
  constructor(
    send: (taskId: string, agentId: string | undefined) => void,
    agentOf: (taskId: string) => string | undefined,
  ) {
    this.send = send;
    this.agentOf = agentOf;
  }

  has(taskId: string): boolean {
    return this.since.has(taskId);
  }

  /** Asks for it now, even if that was done before. */
  ask(task: Pick<MarathonTask, "id" | "slaveId">): void {
    this.since.set(task.id, performance.now());
    this.send(task.id, task.slaveId);
  }

  confirmed(taskId: string): void {
    this.since.delete(taskId);
  }

  /** Asks again for what was asked for too long ago, or for all of it. */
  again(which: "overdue" | "all"): void {
    const now = performance.now();
    for (const [id, sinceMs] of this.since) {
      if (which === "overdue" && now - sinceMs < retryMs) continue;
      this.since.set(id, now);
      this.send(id, this.agentOf(id));
    }
  }
}
