import { setTimeout as delay } from "node:timers/promises";
import { marathonUrl } from "../lab/catalogue/addresses.ts";
import { machinesWith, portsOf } from "../lab/model.ts";
import { parseAnswer } from "../probes/answer.ts";
import { subscriptionsSchema } from "../probes/marathon.ts";
import { baselineFault, lowerRate, lowestRate } from "./analysis/baseline.ts";
import { follow } from "./analysis/live.ts";
import { analyse, runsOf } from "./analysis/outage.ts";
import { isServed } from "./analysis/settled.ts";
import type { Drill } from "./catalogue.ts";
import type { DrillClock } from "./clock.ts";
import type { ControlPlane } from "./model/report.ts";
import type { Sample } from "./model/sampling.ts";
import type { DrillOptions } from "./options.ts";
import { requestLimitMs } from "./patience.ts";
import { type Sampler, startSampler } from "./sample/sampler.ts";
import { baselineMs } from "./steady.ts";

/** Often enough to know an outage of seconds, and seldom enough to be no load. */
const usualRate = 10;
/** A client that gets no answer must not ask on and on: a Marathon that comes back would be kept away by that. */
const maxInFlight = 2;
/** What Marathon's writes need. */
const needed: readonly string[] = ["mesos-master", "marathon", "zookeeper"];

/** The writes beside the page. */
export interface Writes {
  /** From now on `standing` tells what has become of them since this time. */
  broken(breakAt: number): void;
  /** Whether writes are taken, for good as far as was looked. */
  settled(): boolean;
  stop(): Promise<void>;
  /** After the stop. */
  report(): ControlPlane;
}

/** Writes that go on, or why there are none: a sentence for the report. Neither for a drill that leaves them alone. */
export interface Started {
  readonly writes?: Writes;
  readonly note?: string;
}

/**
 * Writes to Marathon until stopped, where the drill breaks what that needs: Bamboo's own subscription once more. That goes
 * through the leader into the store like any write, and changes nothing. As Marathon tells everybody of every write, it
 * would hide in other drills how long news takes.
 * The rate is lowered where writes fail before anything is broken, and there are none where they fail even then.
 */
export async function startWrites(drill: Drill, options: DrillOptions, clock: DrillClock): Promise<Started> {
  const { breaks } = drill;
  if (!("service" in breaks && needed.includes(breaks.service))) return {};
  const { lab, settleMs, signal, say } = options;
  if (lab.stack === "classic")
    return {
      note: "The control plane was not measured: of every write Marathon tells Bamboo 0.2.11, which drops all apps where it finds no Marathon.",
    };
  const path = await subscription(options);
  if (path === undefined)
    return { note: "The control plane was not measured: nobody subscribes to this Marathon's events." };
  say("writing to Marathon before the break");
  for (let rate: number | undefined = usualRate; rate !== undefined; rate = lowerRate(rate)) {
    const sampler = startWriting(path, options, { clock, ratePerSecond: rate });
    try {
      await delay(baselineMs(rate), undefined, { signal });
    } catch (error) {
      await sampler.stop();
      throw error;
    }
    const baseline = {
      samples: sampler.samples,
      sampling: sampler.state(),
      oldestMs: clock.now() - sampler.horizon(),
    };
    if (baselineFault(baseline, rate === lowestRate) === undefined)
      return { writes: writesOf(sampler, path, settleMs) };
    await sampler.stop();
  }
  return {
    note: "The control plane was not measured: writes to Marathon failed before anything was broken.",
  };
}

/** The write as a path; undefined where it would change something. */
async function subscription({ http, at, signal }: DrillOptions): Promise<string | undefined> {
  const answer = await http.get(`${at.marathon}/v2/eventSubscriptions`, { signal });
  if (answer.status !== 200) return undefined;
  const [url] = parseAnswer(answer.text, subscriptionsSchema).callbackUrls;
  return url === undefined ? undefined : `/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(url)}`;
}

/** Writes like a client that knows all of the lab's Marathons: after a failure it asks the next one. */
function startWriting(
  path: string,
  { lab, at }: DrillOptions,
  { clock, ratePerSecond }: { readonly clock: DrillClock; readonly ratePerSecond: number },
): Sampler {
  const machines = machinesWith(lab, "marathon");
  // A write is more work than a page.
  const requestTimeoutMs = 2 * requestLimitMs(lab);
  const places = machines.map((machine) => ({ address: machine.ip, port: portsOf(lab, machine).marathon }));
  let turn = Math.max(
    0,
    machines.findIndex((machine) => marathonUrl(lab, machine) === at.marathon),
  );
  let samples: readonly Sample[] = [];
  let seen = 0;
  const sampler = startSampler({
    ...{
      url: `${at.marathon}${path}`,
      method: "POST",
      maxInFlight,
      clock,
      ratePerSecond,
      requestTimeoutMs,
    },
    resolve: async () => {
      const news = samples.slice(seen);
      seen = samples.length;
      if (news.length > 0 && news.at(-1)?.outcome !== "ok") turn += 1;
      return places[turn % places.length] ?? { address: "", port: 0 };
    },
  });
  // The first request is under way by now.
  samples = sampler.samples;
  return sampler;
}

function writesOf(sampler: Sampler, path: string, settleMs: number): Writes {
  let breakAt = Number.POSITIVE_INFINITY;
  let standing = follow(sampler.samples, { settleMs, breakAt });
  return {
    broken: (at) => {
      breakAt = at;
      standing = follow(sampler.samples, { settleMs, breakAt });
    },
    settled: () => isServed(standing(sampler.horizon())),
    stop: async () => {
      await sampler.stop();
    },
    report: () => ({
      ...{ write: `POST ${path}`, runs: runsOf(sampler.samples), sampling: sampler.state() },
      outage: analyse(sampler.samples, { settleMs, breakAt, until: sampler.horizon() }),
    }),
  };
}
