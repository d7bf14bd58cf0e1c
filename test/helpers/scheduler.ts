import { decodeRecords } from "../../src/rehearsal/http/recordio.ts";
import type { ApiOffer, SchedulerEvent, TaskInfo, TaskStatus } from "../../src/rehearsal/mesos/api.ts";
import { until } from "./eventually.ts";

/** A framework that keeps every event it hears. */
export class Scheduler {
  readonly events: SchedulerEvent[] = [];
  frameworkId: string | undefined;
  acknowledges = true;
  private readonly abort = new AbortController();
  private streamId = "";
  private url = "";

  async subscribe(master: string, options: { id?: string; failoverTimeout?: number } = {}): Promise<void> {
    this.url = `${master}/api/v1/scheduler`;
    const framework_info = {
      user: "root",
      name: "test",
      failover_timeout: options.failoverTimeout ?? 60,
      ...(options.id === undefined ? {} : { id: { value: options.id } }),
    };
    const answer = await this.post({
      type: "SUBSCRIBE",
      ...(options.id === undefined ? {} : { framework_id: { value: options.id } }),
      subscribe: { framework_info, force: true },
    });
    if (!answer.ok || answer.body === null) throw new Error(`${answer.status} ${await answer.text()}`);
    this.streamId = answer.headers.get("Mesos-Stream-Id") ?? "";
    void this.read(answer.body).catch(() => {});
    this.frameworkId = await until(
      "subscribed",
      () => this.find("SUBSCRIBED")?.subscribed.framework_id.value,
    );
  }

  private async read(body: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const record of decodeRecords(body)) {
      const event = record as SchedulerEvent;
      this.events.push(event);
      const status = event.type === "UPDATE" ? event.update.status : undefined;
      if (status?.uuid === undefined || !this.acknowledges) continue;
      const { agent_id, task_id, uuid } = status;
      await this.call({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id, uuid } });
    }
  }

  find<T extends SchedulerEvent["type"]>(type: T): Extract<SchedulerEvent, { type: T }> | undefined {
    return this.events.find((event): event is Extract<SchedulerEvent, { type: T }> => event.type === type);
  }

  get offers(): ApiOffer[] {
    const rescinded = this.events.flatMap((event) =>
      event.type === "RESCIND" ? [event.rescind.offer_id.value] : [],
    );
    return this.events
      .flatMap((event) => (event.type === "OFFERS" ? event.offers.offers : []))
      .filter((offer) => !rescinded.includes(offer.id.value));
  }

  statuses(taskId: string): TaskStatus[] {
    return this.events.flatMap((event) =>
      event.type === "UPDATE" && event.update.status.task_id.value === taskId ? [event.update.status] : [],
    );
  }

  status(taskId: string, state: string): Promise<TaskStatus> {
    return until(`${taskId} is ${state}`, () => this.statuses(taskId).find((one) => one.state === state));
  }

  async launch(taskId: string, rest: Partial<TaskInfo>): Promise<ApiOffer> {
    const used = new Set(this.accepted);
    const offer = await until("an offer", () => this.offers.find((one) => !used.has(one.id.value)));
    this.accepted.push(offer.id.value);
    const task = {
      name: taskId,
      task_id: { value: taskId },
      agent_id: offer.agent_id,
      resources: [
        { name: "cpus", type: "SCALAR", scalar: { value: 0.1 } },
        { name: "mem", type: "SCALAR", scalar: { value: 32 } },
      ],
      ...rest,
    };
    const operations = [{ type: "LAUNCH", launch: { task_infos: [task] } }];
    await this.call({
      type: "ACCEPT",
      accept: { offer_ids: [offer.id], operations, filters: { refuse_seconds: 0 } },
    });
    return offer;
  }

  private readonly accepted: string[] = [];

  async call(call: object): Promise<number> {
    const answer = await this.post({ framework_id: { value: this.frameworkId }, ...call });
    await answer.body?.cancel();
    return answer.status;
  }

  close(): void {
    this.abort.abort();
  }

  private post(body: unknown): Promise<Response> {
    return fetch(this.url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(this.streamId && { "Mesos-Stream-Id": this.streamId }),
      },
      body: JSON.stringify(body),
      signal: this.abort.signal,
    });
  }
}
