import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Agent, type buildConnector, type Dispatcher, EnvHttpProxyAgent, interceptors } from "undici";
import { startDeadline } from "./deadline.ts";
import { isLoopback } from "./loopback.ts";
import { networkWords, transferWords } from "./network-words.ts";
import { ProbeError } from "./probe-error.ts";
import { openSocket } from "./socket.ts";

/** Longer than the 2.5 s that Marathon takes to say that it has no leader. */
export const defaultRequestTimeoutMs = 5_000;
/** A machine that is gone sends nothing, not even an end; Marathon's stream has a heartbeat every 10 s. */
const idleMs = 15_000;
/** Longer lines of a stream are cut. */
const maxLine = 256 * 1024;
const maxAnswerBytes = 16 * 1024 * 1024;
/** A server of files that sends nothing for so long has stopped. */
const transferIdleMs = 60_000;

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; repeated headers are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface HttpOptions {
  readonly signal?: AbortSignal | undefined;
  /** For the whole exchange, name lookup to last byte; default 5 s. */
  readonly timeoutMs?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly basicAuth?: { readonly user: string; readonly password: string } | undefined;
  /** How many redirects to follow; default: none, the redirect itself is the answer. */
  readonly maxRedirects?: number | undefined;
}

/**
 * Asks over HTTP, with a fresh connection for every request: a kept one would keep an old HAProxy alive and
 * hide a new one that does not answer. All methods throw ProbeError with the reason in words when there is no
 * whole answer of at most 16 MiB in time, and the signal's reason on abort.
 */
export interface Http {
  get(url: string, options?: HttpOptions): Promise<HttpAnswer>;
  /** Sends `body` as JSON; undefined sends none. */
  send(
    method: "POST" | "PUT" | "DELETE",
    url: string,
    body?: unknown,
    options?: HttpOptions,
  ): Promise<HttpAnswer>;
  /** POSTs a text that is said to be JSON, whatever it is: the server's own complaint is wanted. */
  sendText(method: "POST" | "PUT", url: string, text: string, options?: HttpOptions): Promise<HttpAnswer>;
  /** Reads a 200's body as it comes, line by line, until it ends or falls silent; `timeoutMs` bounds the wait for its beginning. */
  lines(url: string, onLine: (line: string) => void, options?: HttpOptions): Promise<void>;
  /** Cuts whatever is still under way. */
  close(): Promise<void>;
}

/** An answer whose body is read as it comes: it must be read to its end or destroyed. */
export interface Transfer {
  readonly status: number;
  /** Names in lower case; repeated headers are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

export interface TransferOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks servers outside the lab for files of any size, over HTTP and HTTPS, through the proxies that the environment
 * names. Redirects are answers like others. What falls silent for a minute is cut.
 */
export interface Transfers {
  /** @throws ProbeError in words when no answer begins; the signal's reason on abort. */
  open(method: "GET" | "HEAD" | "POST", url: string, options?: TransferOptions): Promise<Transfer>;
  close(): Promise<void>;
}

/** Opens the one thing that speaks HTTP; close it when done. */
export function openHttp(): Http {
  const sockets = new Set<Socket>();
  const settings = {
    pipelining: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options: buildConnector.Options, callback: buildConnector.Callback) =>
      openSocket(sockets, options, callback),
  };
  const agent = new Agent({ ...settings, maxResponseSize: maxAnswerBytes });
  const streams = new Agent(settings);

  async function exchange(method: string, url: string, body: string | undefined, options: HttpOptions = {}) {
    const { timeoutMs = defaultRequestTimeoutMs, signal, maxRedirects = 0 } = options;
    const deadline = startDeadline(timeoutMs, signal);
    const redirect = interceptors.redirect({ maxRedirections: maxRedirects });
    try {
      const dispatcher = maxRedirects > 0 ? agent.compose(redirect) : agent;
      const answering = dispatcher.request({
        ...target(url),
        method: method as "GET",
        headers: requestHeaders(options, body),
        body: body ?? null,
        signal: deadline.signal,
      });
      // Undici hears the signal only once the connection is open, which with a dead machine is never.
      const answer = await Promise.race([answering, deadline.aborted]);
      const text = await answer.body.text();
      return { status: answer.statusCode, headers: flat(answer.headers), text };
    } catch (error) {
      signal?.throwIfAborted();
      if (deadline.timedOut())
        throw new ProbeError(`timed out after ${timeoutMs / 1000} s`, { cause: error });
      const seen = networkWords(error) ?? (error instanceof Error ? error.message : String(error));
      throw new ProbeError(seen, { cause: error });
    } finally {
      deadline.clear();
    }
  }

  async function follow(url: string, onLine: (line: string) => void, options: HttpOptions = {}) {
    const { timeoutMs = defaultRequestTimeoutMs, signal } = options;
    const deadline = startDeadline(timeoutMs, signal);
    try {
      const answering = streams.request({
        ...target(url),
        method: "GET",
        headers: requestHeaders(options, undefined),
        signal: signal ?? null,
      });
      answering.catch(() => undefined);
      const answer = await Promise.race([answering, deadline.aborted]);
      deadline.clear();
      if (answer.statusCode !== 200) {
        await answer.body.dump();
        throw new ProbeError(`answered ${answer.statusCode}`);
      }
      let heard = performance.now();
      const idle = setInterval(() => {
        if (performance.now() - heard > idleMs)
          answer.body.destroy(new ProbeError(`silent for ${idleMs / 1000} s`));
      }, 1000);
      try {
        for await (const line of createInterface({ input: answer.body })) {
          heard = performance.now();
          onLine(line.slice(0, maxLine));
        }
      } finally {
        clearInterval(idle);
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ProbeError) throw error;
      throw new ProbeError(networkWords(error) ?? (error instanceof Error ? error.message : String(error)), {
        cause: error,
      });
    } finally {
      deadline.clear();
    }
  }

  return {
    get: (url, options) => exchange("GET", url, undefined, options),
    send: (method, url, body, options) =>
      exchange(method, url, body === undefined ? undefined : JSON.stringify(body), options),
    sendText: (method, url, text, options) => exchange(method, url, text, options),
    lines: (url, onLine, options) => follow(url, onLine, options),
    close: async () => {
      await Promise.all([agent.destroy(), streams.destroy()]);
      // The agent forgets the sockets that are still connecting; they would hold the process for seconds.
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Connections are kept between requests; close it when done. */
export function openTransfers(): Transfers {
  const settings = {
    headersTimeout: transferIdleMs,
    bodyTimeout: transferIdleMs,
    connect: { timeout: transferIdleMs / 2 },
  };
  const direct = new Agent(settings);
  const proxied = new EnvHttpProxyAgent(settings);
  return {
    async open(method, url, { headers = {}, body, signal } = {}) {
      try {
        // As Docker and curl have it: what is on this host is not asked through a proxy.
        const dispatcher = isLoopback(new URL(url).hostname) ? direct : proxied;
        const answer = await dispatcher.request({
          ...target(url),
          method,
          headers: { ...headers },
          body: body ?? null,
          signal: signal ?? null,
        });
        // Who reads the body hears of its end; who gives it up must not be ended by that.
        answer.body.on("error", () => undefined);
        return { status: answer.statusCode, headers: flat(answer.headers), body: answer.body };
      } catch (error) {
        signal?.throwIfAborted();
        throw new ProbeError(transferWords(error), { cause: error });
      }
    },
    close: async () => {
      await Promise.all([direct.destroy(), proxied.destroy()]);
    },
  };
}

function target(url: string): Pick<Dispatcher.RequestOptions, "origin" | "path"> {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: `${pathname}${search}` };
}

function requestHeaders(options: HttpOptions, body: string | undefined): Record<string, string> {
  const { headers, basicAuth } = options;
  return {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(basicAuth === undefined
      ? {}
      : { authorization: `Basic ${btoa(`${basicAuth.user}:${basicAuth.password}`)}` }),
    ...headers,
  };
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value ?? "")]));
}
