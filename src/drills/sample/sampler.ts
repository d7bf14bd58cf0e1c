import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { exitCodes, LabError } from "../../errors.ts";
import { type DrillClock, startClock } from "../clock.ts";
import type { Outcome, Sample, Sampling } from "../model.ts";

export interface SamplerOptions {
  readonly url: string;
  /** The Host header, where a proxy routes by it. */
  readonly host?: string | undefined;
  /** At least 50, so that an outage is known to 20 ms. */
  readonly ratePerSecond?: number | undefined;
  readonly requestTimeoutMs?: number | undefined;
  /** Is this the page? Pure; by default any 2xx is. */
  readonly isGood?: ((body: string, status: number) => boolean) | undefined;
  /** Where to connect, asked before each request: a client that finds the service by DNS. */
  readonly resolve?: (() => Promise<{ readonly address: string; readonly port: number }>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Shared by the samplers of a comparison. */
  readonly clock?: DrillClock | undefined;
  readonly maxInFlight?: number | undefined;
  readonly maxSamples?: number | undefined;
}

export interface Sampler {
  readonly clock: DrillClock;
  /** In the order of completion; grows while sampling. */
  readonly samples: readonly Sample[];
  /** Everything sent before this time has its sample; stays as it is at the stop, whatever was cut off. */
  horizon(): number;
  state(): Sampling;
  /** Ends the requests in flight; the result is final. */
  stop(): Promise<Sampling>;
}

/** Enough of a page to recognise it. */
const maxBody = 256 * 1024;
/** About an hour at the default rate. */
const manySamples = 250_000;
/** Faults of this host, not of the service. */
const localFaults = new Set(["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS", "ENOMEM"]);

/**
 * Requests a page at a steady rate, each time over a fresh connection, until stopped or aborted.
 * The rate does not depend on the answers: a hanging service is asked as often as a quick one.
 */
export function startSampler(options: SamplerOptions): Sampler {
  const { ratePerSecond = 60, requestTimeoutMs = 2_000, maxSamples = manySamples, signal } = options;
  const url = pageUrl(options.url);
  if (!(ratePerSecond > 0 && ratePerSecond <= 1_000)) throw wrong("a sampling rate is 1 to 1000 per second");
  if (!(requestTimeoutMs > 0)) throw wrong("a request's time limit must be above 0 ms");
  const maxInFlight = options.maxInFlight ?? Math.ceil((ratePerSecond * requestTimeoutMs) / 1_000) + 8;
  const clock = options.clock ?? startClock();
  const interval = 1_000 / ratePerSecond;
  const samples: Sample[] = [];
  const flights = new Set<{ readonly at: number; readonly cancel: () => void }>();
  const counts = { sent: 0, unanswered: 0, missedSlots: 0, crowdedSlots: 0, localFaults: 0 };
  const zero = clock.now();
  let turn = 0;
  let full = false;
  let known: number | undefined;
  let stopping: Promise<Sampling> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const tick = () => {
    const now = Math.floor((clock.now() - zero) / interval);
    if (now >= turn) {
      counts.missedSlots += now - turn;
      turn = now + 1;
      if (flights.size >= maxInFlight) counts.crowdedSlots += 1;
      else if (samples.length + flights.size >= maxSamples) full = true;
      else send();
    }
    if (!full) timer = setTimeout(tick, Math.ceil(Math.max(0, zero + turn * interval - clock.now())));
  };

  const send = () => {
    const at = clock.now();
    const flight = { at, cancel: () => {} };
    flights.add(flight);
    counts.sent += 1;
    const { cancel } = fly(url, options, requestTimeoutMs, (outcome) => {
      flights.delete(flight);
      if (outcome === "cancelled") counts.unanswered += 1;
      else if (outcome === "local-fault") counts.localFaults += 1;
      else samples.push({ at, tookMs: clock.now() - at, outcome });
    });
    flight.cancel = cancel;
  };

  const horizon = () => {
    const [oldest] = flights;
    return known ?? oldest?.at ?? clock.now();
  };
  const state = (): Sampling => ({ ratePerSecond, requestTimeoutMs, ...counts, full });
  const stop = (): Promise<Sampling> => {
    stopping ??= (async () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      known = horizon();
      for (const flight of [...flights]) flight.cancel();
      return state();
    })();
    return stopping;
  };

  if (signal?.aborted) void stop();
  else {
    signal?.addEventListener("abort", stop);
    tick();
  }
  return {
    clock,
    samples,
    state,
    stop,
    horizon,
  };
}

/** One request, from its name look-up to its last byte; `done` is called once. */
function fly(
  url: URL,
  options: SamplerOptions,
  timeoutMs: number,
  done: (outcome: Outcome | "cancelled" | "local-fault") => void,
): { cancel(): void } {
  let sent: ClientRequest | undefined;
  let over = false;
  const end = (outcome: Parameters<typeof done>[0]) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    // An answer longer than needed, or one that never ends, is not waited for.
    sent?.destroy();
    done(outcome);
  };
  const timer = setTimeout(() => end("timeout"), timeoutMs);
  const connect = (to?: { readonly address: string; readonly port: number }) => {
    if (over) return;
    const host = options.host ?? url.host;
    try {
      sent = request({
        agent: false,
        host: to?.address ?? url.hostname.replace(/^\[|\]$/g, ""),
        port: to?.port ?? (url.port || 80),
        path: `${url.pathname}${url.search}`,
        headers: { host, connection: "close", "user-agent": "mesos-lab drill" },
      });
    } catch (error) {
      end(outcomeOfError(error));
      return;
    }
    sent.on("error", (error) => end(outcomeOfError(error)));
    sent.on("response", (answer) => judge(answer, options.isGood ?? isSuccess, end));
    sent.end();
  };
  if (options.resolve === undefined) connect();
  else options.resolve().then(connect, () => end("no-name"));
  return { cancel: () => end("cancelled") };
}

function judge(
  answer: IncomingMessage,
  isGood: (body: string, status: number) => boolean,
  end: (outcome: Outcome | "local-fault") => void,
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
): Outcome {
  if (isGood(body, status)) return "ok";
  if (status === 503) return "503";
  return isSuccess(body, status) ? "wrong-page" : `http-${status}`;
}

/** Pure: what a failed request counts as. */
export function outcomeOfError(error: unknown): Outcome | "local-fault" {
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

function pageUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:") throw wrong(`a drill samples an http:// page, not ${text}`);
  return url;
}

function wrong(message: string): LabError {
  return new LabError(message, { exitCode: exitCodes.usage });
}
