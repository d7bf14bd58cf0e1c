import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { RequestOutcome } from "../model/sampling.ts";

/** Where a request goes, and what a good answer to it is. */
export interface PageRequest {
  readonly url: URL;
  /** `POST`: without a body; default: GET. */
  readonly method?: "POST" | undefined;
  /** The Host header, where a proxy routes by it. */
  readonly host?: string | undefined;
  /** Where to connect, asked before each request: a client that finds the service by DNS. */
  readonly resolve?: (() => Promise<{ readonly address: string; readonly port: number }>) | undefined;
  /** Is this the page? Pure; by default any 2xx is. */
  readonly isGood?: ((body: string, status: number) => boolean) | undefined;
}

/** What became of a request; `cancelled` and `local-fault` say nothing of the page. */
export type RequestEnd = RequestOutcome | "cancelled" | "local-fault";

/** Enough of a page to recognise it. */
const maxBody = 256 * 1024;
/** A time limit that is noticed so late was noticed by a host that was too busy. */
const lateMs = 250;
/** Faults of this host, not of the service. */
const localFaults = new Set(["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS", "ENOMEM"]);

/** One request over a fresh connection, from its name look-up to its last byte; `done` is called once. */
export function sendRequest(
  wanted: PageRequest,
  timeoutMs: number,
  done: (end: RequestEnd) => void,
): { cancel(): void } {
  const { url, isGood = isSuccess, resolve } = wanted;
  let sent: ClientRequest | undefined;
  let over = false;
  const end = (outcome: RequestEnd) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    // An answer longer than needed, or one that never ends, is not waited for.
    sent?.destroy();
    done(outcome);
  };
  const begin = performance.now();
  const timer = setTimeout(
    // A process that was not on time cannot tell whether the answer was: timers go before what has arrived meanwhile.
    () => end(performance.now() - begin > timeoutMs + lateMs ? "local-fault" : "timeout"),
    timeoutMs,
  );
  const connect = (to?: { readonly address: string; readonly port: number }) => {
    if (over) return;
    const host = wanted.host ?? url.host;
    try {
      sent = request({
        agent: false,
        method: wanted.method ?? "GET",
        host: to?.address ?? url.hostname.replace(/^\[|\]$/g, ""),
        port: to?.port ?? (url.port || 80),
        path: `${url.pathname}${url.search}`,
        headers: { host, connection: "close", "user-agent": "mesos-lab drill", ...typeOf(wanted) },
      });
    } catch (error) {
      end(outcomeOfError(error));
      return;
    }
    sent.on("error", (error) => end(outcomeOfError(error)));
    sent.on("response", (answer) => judge(answer, isGood, end));
    sent.end();
  };
  if (resolve === undefined) connect();
  else resolve().then(connect, () => end("no-name"));
  return { cancel: () => end("cancelled") };
}

/** Marathon takes no write without it. */
function typeOf({ method }: PageRequest): Readonly<Record<string, string>> {
  return method === undefined ? {} : { "content-type": "application/json" };
}

function judge(
  answer: IncomingMessage,
  isGood: (body: string, status: number) => boolean,
  end: (outcome: RequestEnd) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = () =>
    end(outcomeOfAnswer(Buffer.concat(chunks).toString("utf8"), answer.statusCode ?? 0, isGood));
  answer.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= maxBody) finish();
  });
  answer.on("end", finish);
  answer.on("error", (error) => end(outcomeOfError(error)));
  answer.on("close", () => end("reset"));
}

function isSuccess(_body: string, status: number): boolean {
  return status >= 200 && status < 300;
}

/** Pure: what an answer counts as. */
export function outcomeOfAnswer(
  body: string,
  status: number,
  isGood: (body: string, status: number) => boolean,
): RequestOutcome {
  if (isGood(body, status)) return "ok";
  if (status === 503) return "503";
  return isSuccess(body, status) ? "wrong-page" : `http-${status}`;
}

/** Pure: what a failed request counts as. */
export function outcomeOfError(error: unknown): RequestOutcome | "local-fault" {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (localFaults.has(code)) return "local-fault";
  if (code === "ECONNREFUSED") return "refused";
  if (code === "ECONNRESET" || code === "EPIPE" || code === "ECONNABORTED") return "reset";
  if (code === "ETIMEDOUT") return "timeout";
  if (code === "ENOTFOUND" || code.startsWith("EAI_")) return "no-name";
  // The parser's complaints: something answered, in another language than HTTP.
  if (code.startsWith("HPE_")) return "wrong-page";
  return "unreachable";
}
