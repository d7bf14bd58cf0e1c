import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { createInterface } from "node:readline";
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
/** The redirects that are followed, where that is asked for. */
const followed = new Set([301, 302, 303, 307, 308]);

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
  const underWay = new Set<ClientRequest>();

  /** Sends a request; its answer is there once the headers are. */
  function ask(method: string, url: string | URL, headers: Record<string, string>, body: string | undefined) {
    const asking = request(url, { method, headers, agent: false });
    underWay.add(asking);
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      asking.once("response", resolve);
      // `on`: what goes wrong after an answer is told by the answer, and must not end the program here.
      asking.on("error", reject);
    });
    answer.catch(() => undefined);
    asking.once("close", () => underWay.delete(asking));
    asking.setNoDelay(true);
    asking.end(body);
    return { answer, cut: () => asking.destroy() };
  }

  async function exchange(method: string, url: string, body: string | undefined, options: HttpOptions = {}) {
    const { timeoutMs = defaultRequestTimeoutMs, signal, maxRedirects = 0 } = options;
    const deadline = startDeadline(timeoutMs, signal);
    let target = new URL(url);
    try {
      for (let redirects = 0; ; redirects += 1) {
        // A password is for the server that it was given for.
        const auth = target.origin === new URL(url).origin ? options.basicAuth : undefined;
        const headers = requestHeaders({ ...options, basicAuth: auth }, body);
        const { answer: answering, cut } = ask(method, target, headers, body);
        try {
          const answer = await Promise.race([answering, deadline.aborted]);
          const location = followed.has(answer.statusCode ?? 0) ? answer.headers.location : undefined;
          if (location !== undefined && redirects < maxRedirects) {
            target = new URL(location, target);
            continue;
          }
          const text = await Promise.race([textOf(answer), deadline.aborted]);
          return { status: answer.statusCode ?? 0, headers: flat(answer.headers), text };
        } finally {
          cut();
        }
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ProbeError) throw error;
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
    const { answer: answering, cut } = ask("GET", url, requestHeaders(options, undefined), undefined);
    signal?.addEventListener("abort", cut, { once: true });
    try {
      const answer = await Promise.race([answering, deadline.aborted]);
      deadline.clear();
      if (answer.statusCode !== 200) throw new ProbeError(`answered ${answer.statusCode}`);
      let heard = performance.now();
      const idle = setInterval(() => {
        if (performance.now() - heard > idleMs)
          answer.destroy(new ProbeError(`silent for ${idleMs / 1000} s`));
      }, 1000);
      try {
        for await (const line of createInterface({ input: answer })) {
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
      signal?.removeEventListener("abort", cut);
      cut();
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
      for (const asking of underWay) asking.destroy(new Error("closed"));
    },
  };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new ProbeError("answer too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
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
