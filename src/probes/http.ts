import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { Agent, type buildConnector, type Dispatcher, interceptors } from "undici";
import { startDeadline } from "./deadline.ts";
import { networkWords } from "./network-words.ts";
import { ProbeError } from "./probe-error.ts";

/** Longer than the 2.5 s that Marathon takes to say that it has no leader. */
export const defaultRequestTimeoutMs = 5_000;
/** A machine that is gone sends nothing, not even an end; Marathon's stream has a heartbeat every 10 s. */
const idleMs = 15_000;
/** Longer lines of a stream are cut. */
const maxLine = 256 * 1024;
const maxAnswerBytes = 16 * 1024 * 1024;
/** Bounds the sockets that a given-up request leaves connecting to a machine that is gone. */
const connectTimeoutMs = 10_000;

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

function target(url: string): Pick<Dispatcher.RequestOptions, "origin" | "path"> {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: `${pathname}${search}` };
}

function openSocket(
  sockets: Set<Socket>,
  options: buildConnector.Options,
  callback: buildConnector.Callback,
): void {
  const socket = connect({ host: options.hostname, port: Number(options.port || 80), noDelay: true });
  sockets.add(socket);
  const onError = (error: Error) => callback(error, null);
  socket.once("error", onError);
  socket.once("close", () => sockets.delete(socket));
  socket.setTimeout(connectTimeoutMs, () =>
    socket.destroy(Object.assign(new Error("connect timeout"), { code: "ETIMEDOUT" })),
  );
  socket.once("connect", () => {
    socket.setTimeout(0);
    socket.removeAllListeners("timeout").removeListener("error", onError);
    callback(null, socket);
  });
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
