import { type ClientAnswer, send } from "../../http/client.ts";
import { decodeRecords } from "../../http/recordio.ts";
import {
  driverHeader,
  type FrameworkInfo,
  type SchedulerCall,
  type SchedulerEvent,
} from "../../mesos/api.ts";

export interface SchedulerHandlers {
  /** @param master its address, `host:port` */
  subscribed(frameworkId: string, master: string): void;
  event(event: SchedulerEvent): void;
  disconnected(): void;
  log(line: string): void;
}

/** A call that is made within a subscription. */
export type Call = SchedulerCall extends infer C
  ? C extends { framework_id?: unknown }
    ? Omit<C, "framework_id">
    : never
  : never;

const longestRetryMs = 1_000;
/** A master that has just been elected may need a moment before it takes subscriptions. */
const firstRetryMs = 20;
/** Heartbeats that may be missing in a row before the master counts as gone. */
const missedHeartbeats = 5;

/** A framework's connection with whichever Mesos master leads: subscribes, and again whenever the stream breaks. */
export class MesosClient {
  private readonly handlers: SchedulerHandlers;
  private readonly info: () => FrameworkInfo;
  private readonly driver: string;
  private master: string | undefined;
  /** Where the stream came from: the master, or the one to which it has sent us. */
  private serving: string | undefined;
  private streamId: string | undefined;
  private frameworkId: string | undefined;
  private connection: AbortController | undefined;
  private retry: NodeJS.Timeout | undefined;
  private retryMs = firstRetryMs;

  /** @param driver what this scheduler would be called as a libmesos driver: `scheduler-…@ip:port` */
  constructor(info: () => FrameworkInfo, driver: string, handlers: SchedulerHandlers) {
    this.info = info;
    this.driver = driver;
    this.handlers = handlers;
  }

  /** @param master where the leading master is, `host:port`; undefined while there is none */
  follow(master: string | undefined): void {
    if (master === this.master) return;
    this.master = master;
    this.reconnect();
  }

  close(): void {
    this.master = undefined;
    clearTimeout(this.retry);
    this.connection?.abort();
    this.connection = undefined;
    this.streamId = undefined;
  }

  /** Sends a call; false when there is no subscription or the master refused it. */
  async call(call: Call): Promise<boolean> {
    const { serving, streamId, frameworkId, connection } = this;
    if (serving === undefined || streamId === undefined || frameworkId === undefined) return false;
    try {
      const response = await send(`http://${serving}/api/v1/scheduler`, {
        method: "POST",
        headers: { "content-type": "application/json", ...streamHeader(streamId) },
        body: JSON.stringify({ framework_id: { value: frameworkId }, ...call }),
        signal: AbortSignal.timeout(10_000),
      });
      const answer = await response.text();
      if (response.ok) return true;
      this.handlers.log(`Mesos refused ${call.type}: ${response.status} ${answer}`);
      // The master knows this framework or this stream no more, and says so in no other way.
      if (response.status === 400 || response.status === 403) this.resubscribe(connection);
      return false;
    } catch (error) {
      this.handlers.log(`${call.type} did not reach Mesos: ${(error as Error).message}`);
      return false;
    }
  }

  /** Several calls may be refused at once: together they are one reason for a new stream. */
  private resubscribe(refused: AbortController | undefined): void {
    if (refused === undefined || this.connection !== refused) return;
    refused.abort();
    this.connection = undefined;
    this.retryLater();
  }

  private retryLater(): void {
    this.lost();
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.reconnect(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, longestRetryMs);
  }

  private reconnect(): void {
    clearTimeout(this.retry);
    this.connection?.abort();
    this.connection = undefined;
    this.lost();
    if (this.master !== undefined) void this.subscribe(this.master);
  }

  private lost(): void {
    if (this.streamId === undefined) return;
    this.streamId = undefined;
    this.handlers.disconnected();
  }

  private async subscribe(master: string): Promise<void> {
    const connection = new AbortController();
    this.connection = connection;
    try {
      await this.readStream(master, connection);
    } catch (error) {
      if (!connection.signal.aborted)
        this.handlers.log(`the stream from ${master} broke: ${describe(error)}`);
    }
    if (this.connection !== connection) return;
    connection.abort();
    this.retryLater();
  }

  private askForStream(master: string, signal: AbortSignal): Promise<ClientAnswer> {
    const info = this.info();
    const id = info.id === undefined ? {} : { framework_id: info.id };
    return send(`http://${master}/api/v1/scheduler`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        [driverHeader]: this.driver,
      },
      body: JSON.stringify({ ...id, type: "SUBSCRIBE", subscribe: { framework_info: info, force: true } }),
      signal,
    });
  }

  private async readStream(master: string, connection: AbortController): Promise<void> {
    let serving = master;
    let response = await this.askForStream(serving, connection.signal);
    // A master of 1.0 or later that does not lead any more says who does.
    const leader = response.status === 307 ? hostOf(String(response.headers.location ?? "")) : undefined;
    if (leader !== undefined) {
      response.discard();
      serving = leader;
      response = await this.askForStream(serving, connection.signal);
    }
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    const streamId = String(response.headers["mesos-stream-id"] ?? "");
    let silence: NodeJS.Timeout | undefined;
    let allowedMs = missedHeartbeats * 15_000;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => connection.abort(new Error("no heartbeat")), allowedMs);
    };
    try {
      for await (const record of decodeRecords(response.body)) {
        const event = record as SchedulerEvent;
        if (connection.signal.aborted) return;
        if (event.type === "SUBSCRIBED") {
          allowedMs = missedHeartbeats * (event.subscribed.heartbeat_interval_seconds || 15) * 1000;
          this.streamId = streamId;
          this.serving = serving;
          this.retryMs = firstRetryMs;
          this.frameworkId = event.subscribed.framework_id.value;
          this.handlers.subscribed(this.frameworkId, serving);
        } else this.handlers.event(event);
        heard();
      }
      throw new Error("the master closed it");
    } finally {
      clearTimeout(silence);
    }
  }
}

/** `host:port` of a Location header such as `//192.168.33.18:5050/api/v1/scheduler`. */
function hostOf(location: string): string | undefined {
  return /^(?:http:)?\/\/([^/\s]+)/.exec(location)?.[1];
}

/** Masters of 0.24 give none. */
function streamHeader(streamId: string): Record<string, string> {
  return streamId === "" ? {} : { "mesos-stream-id": streamId };
}

function describe(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
