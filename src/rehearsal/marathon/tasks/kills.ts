import type { MarathonTask } from "../apps/model.ts";

/** A kill that Mesos has not confirmed is asked for again after this time, if it confirms no other one meanwhile. */
const retryMs = 10_000;
/** After this time in any case: a thousand kills take a while on a busy host, and would all come many times. */
const longestMs = 60_000;

/** Kills that were asked for and have not been confirmed. */
export class Kills {
  private readonly since = new Map<string, number>();
  private lastConfirmedMs = Number.NEGATIVE_INFINITY;
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
    if (this.since.delete(taskId)) this.lastConfirmedMs = performance.now();
  }

  /** Asks again for what was asked for too long ago, or for all of it. */
  again(which: "overdue" | "all"): void {
    const now = performance.now();
    const isOverdue = (sinceMs: number) =>
      now - Math.max(sinceMs, this.lastConfirmedMs) >= retryMs || now - sinceMs >= longestMs;
    for (const [id, sinceMs] of this.since) {
      if (which === "overdue" && !isOverdue(sinceMs)) continue;
      this.since.set(id, now);
      this.send(id, this.agentOf(id));
    }
  }
}
