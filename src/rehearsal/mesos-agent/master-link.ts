import { setTimeout as sleep } from "node:timers/promises";
import { type ClientAnswer, send } from "../http/client.ts";
import { decodeRecords } from "../http/recordio.ts";
import type { AgentMessage, MasterMessage, Registration } from "../mesos/agent-protocol.ts";

/** A leading master. The next one may be at the same address: it has another id, such as its place in the store. */
export interface LeadingMaster {
  /** `host:port` */
  readonly address: string;
  readonly id: string;
}

export interface LinkOptions {
  readonly registration: () => Registration;
  readonly onMessage: (message: MasterMessage) => void | Promise<void>;
  /** Waits between attempts are random, up to this, doubling. */
  readonly backoffMs: number;
  readonly log: (line: string) => void;
}

type Said = AgentMessage extends infer M ? (M extends unknown ? Omit<M, "agentId"> : never) : never;

const longestBackoffMs = 60_000;
const firstAnswerMs = 10_000;
const sendLimitMs = 10_000;

/** The agent's line to the leading master: registers, listens, registers again. */
export class MasterLink {
  /** Whether the master has taken the agent in. */
  registered = false;
  private readonly options: LinkOptions;
  private master: LeadingMaster | undefined;
  private current = new AbortController();
  private agentId = "";
  private silenceMs = firstAnswerMs;

  constructor(options: LinkOptions) {
    this.options = options;
  }

  /** Follows a new leader, with a back-off of its own, or waits where there is none. */
  follow(master: LeadingMaster | undefined): void {
    if (master?.id === this.master?.id && master?.address === this.master?.address) return;
    this.master = master;
    this.current.abort();
    this.current = new AbortController();
    this.registered = false;
    if (master !== undefined) void this.keepRegistered(master.address, this.current.signal);
  }

  /** Says something to the master, and tells whether it was heard; what is lost on the way is the sender's to repeat. */
  async send(message: Said): Promise<boolean> {
    if (!this.registered || this.master === undefined) return false;
    const line = this.current;
    try {
      const answer = await post(
        `http://${this.master.address}/master/agent-message`,
        { ...message, agentId: this.agentId },
        AbortSignal.any([line.signal, AbortSignal.timeout(sendLimitMs)]),
      );
      answer.discard();
      return answer.ok;
    } catch {
      // A master that is away shows in the silence on the line.
      return false;
    }
  }

  close(): void {
    this.master = undefined;
    this.current.abort();
  }

  private async keepRegistered(master: string, signal: AbortSignal): Promise<void> {
    let limitMs = this.options.backoffMs;
    while (!signal.aborted) {
      const start = Math.random() * limitMs;
      await sleep(start, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      limitMs = Math.min(limitMs * 2, longestBackoffMs);
      try {
        await this.listen(master, signal);
      } catch (error) {
        if (!signal.aborted) this.options.log(`Lost the master at ${master}: ${reason(error)}`);
      }
      // An attempt that came through starts the back-off afresh.
      if (this.registered) limitMs = this.options.backoffMs;
      if (!signal.aborted) this.registered = false;
    }
  }

  private async listen(master: string, signal: AbortSignal): Promise<void> {
    const silent = new AbortController();
    this.silenceMs = firstAnswerMs;
    let timer = setTimeout(() => silent.abort(), this.silenceMs);
    try {
      const line = AbortSignal.any([signal, silent.signal]);
      const answer = await post(`http://${master}/master/register-agent`, this.options.registration(), line);
      if (!answer.ok) throw new Error(`it answers ${answer.status}`);
      for await (const record of decodeRecords(answer.body)) {
        const message = record as MasterMessage;
        if (message.type === "REGISTERED") {
          this.agentId = message.agentId;
          this.silenceMs = message.silenceMs;
          this.registered = true;
        }
        clearTimeout(timer);
        timer = setTimeout(() => silent.abort(), this.silenceMs);
        if (message.type === "PING") void this.send({ type: "PONG" });
        else await this.options.onMessage(message);
        if (signal.aborted) return;
      }
    } catch (error) {
      if (silent.signal.aborted) throw new Error(`nothing was heard for ${this.silenceMs} ms`);
      throw error;
    } finally {
      clearTimeout(timer);
      silent.abort();
    }
    throw new Error("it ended the connection");
  }
}

function post(url: string, body: unknown, signal: AbortSignal): Promise<ClientAnswer> {
  return send(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
