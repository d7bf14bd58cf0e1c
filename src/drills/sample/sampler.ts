import { LabError } from "../../errors.ts";
import { type DrillClock, startClock } from "../clock.ts";
import type { Sample, Sampling } from "../model/sampling.ts";
import { type PageRequest, sendRequest } from "./request.ts";

export interface SamplerOptions extends Omit<PageRequest, "url"> {
  readonly url: string;
  /** By default 60, so that an outage is known to 20 ms. */
  readonly ratePerSecond?: number | undefined;
  readonly requestTimeoutMs?: number | undefined;
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
  /** Sends so many requests a second from now on. */
  pace(ratePerSecond: number): void;
  /** Ends the requests in flight; the result is final. */
  stop(): Promise<Sampling>;
}

/** About an hour at the default rate. */
const manySamples = 250_000;
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
  const samples: Sample[] = [];
  const flights = new Set<{ readonly at: number; readonly cancel: () => void }>();
  const counts = { sent: 0, unanswered: 0, missedSlots: 0, crowdedSlots: 0, localFaults: 0 };
  let slowestRate = ratePerSecond;
  let interval = 1_000 / ratePerSecond;
  let zero = clock.now();
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
    const { cancel } = sendRequest({ ...options, url }, requestTimeoutMs, (outcome) => {
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
  const state = (): Sampling => ({ ratePerSecond, slowestRate, requestTimeoutMs, ...counts, full });
  const pace = (rate: number) => {
    clearTimeout(timer);
    if (known !== undefined) return;
    slowestRate = Math.min(slowestRate, rate);
    interval = 1_000 / rate;
    zero = clock.now();
    turn = 0;
    tick();
  };
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
    pace,
    stop,
    horizon,
  };
}

function pageUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:") throw wrong(`a drill samples an http:// page, not ${text}`);
  return url;
}

function wrong(message: string): LabError {
  return new LabError("wrong-command-line", message);
}
