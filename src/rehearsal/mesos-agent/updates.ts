import { type TaskName, taskKey } from "../mesos/agent-protocol.ts";
import type { TaskStatus } from "../mesos/api.ts";

/** As in Mesos. A framework that has much to do must not get everything twice meanwhile. */
const firstResendMs = 10_000;
const longestResendMs = 600_000;

interface Queue {
  readonly frameworkId: string;
  /** Oldest first; only the first is on its way. */
  readonly pending: TaskStatus[];
  resend?: NodeJS.Timeout;
}

/** The updates that nobody has acknowledged yet: those of a task one after the other, each sent until it is. */
export class Updates {
  private readonly queues = new Map<string, Queue>();
  private readonly send: (frameworkId: string, status: TaskStatus) => void;

  constructor(send: (frameworkId: string, status: TaskStatus) => void) {
    this.send = send;
  }

  add(frameworkId: string, status: TaskStatus): void {
    const key = taskKey({ frameworkId, taskId: status.task_id.value });
    const queue = this.queues.get(key) ?? { frameworkId, pending: [] };
    this.queues.set(key, queue);
    queue.pending.push(status);
    if (queue.pending.length === 1) this.deliver(queue);
  }

  /** @returns true when nothing about the task is left to be acknowledged; false also for what was not asked for. */
  acknowledge(name: TaskName, uuid: string): boolean {
    const queue = this.queues.get(taskKey(name));
    if (queue?.pending[0]?.uuid !== uuid) return false;
    clearTimeout(queue.resend);
    queue.pending.shift();
    if (queue.pending.length > 0) this.deliver(queue);
    else this.queues.delete(taskKey(name));
    return queue.pending.length === 0;
  }

  /** Tells a new master what the one before it may not have passed on. */
  resendAll(): void {
    for (const queue of this.queues.values()) {
      clearTimeout(queue.resend);
      this.deliver(queue);
    }
  }

  close(): void {
    for (const queue of this.queues.values()) clearTimeout(queue.resend);
    this.queues.clear();
  }

  private deliver(queue: Queue, waitMs = firstResendMs): void {
    const [status] = queue.pending;
    if (status === undefined) return;
    this.send(queue.frameworkId, status);
    queue.resend = setTimeout(() => this.deliver(queue, Math.min(waitMs * 2, longestResendMs)), waitMs);
  }
}
