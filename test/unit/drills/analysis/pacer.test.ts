import { describe, expect, it } from "vitest";
import { startPacer } from "../../../../src/drills/analysis/pacer.ts";
import type { Sample } from "../../../../src/drills/model/sampling.ts";

interface Page {
  /** Milliseconds that it takes for one request, one after the other; `undefined` while it is down. */
  readonly eachMs: (now: number) => number | undefined;
  /** What a request is told at once while it is down; else nothing comes. */
  readonly refuses?: boolean;
  /** What becomes of a request at this rate, where there is no queue: milliseconds, `undefined` for no answer. */
  readonly atRate?: (now: number, ratePerSecond: number, count: number) => number | undefined;
}

/** Plays a drill on a page with a queue of its own, to the millisecond: no clock, no network. */
function play(page: Page, { seconds = 120, rate = 50, ways = 1, limitMs = 1_000 } = {}) {
  const pacer = startPacer({ breakAt: 0, ratePerSecond: rate, requestTimeoutMs: limitMs });
  const lanes = Array.from({ length: ways }, (_, i) => ({ way: `way${i + 1}`, samples: [] as Sample[] }));
  const inFlight: { lane: number; at: number; endsAt: number; outcome: Sample["outcome"] }[] = [];
  let pace = rate;
  const rates: number[] = [];
  let busyUntil = 0;
  let due = 0;
  let count = 0;
  for (let now = 0; now < seconds * 1_000; now += 5) {
    for (const flight of inFlight.filter(({ endsAt }) => endsAt <= now)) {
      inFlight.splice(inFlight.indexOf(flight), 1);
      const { at, endsAt, outcome } = flight;
      lanes[flight.lane]?.samples.push({ at, tookMs: endsAt - at, outcome });
    }
    if (now >= due) {
      due = now + 1_000 / pace;
      const each = page.eachMs(now);
      for (const lane of lanes.keys()) {
        if (page.atRate !== undefined) {
          const took = page.atRate(now, pace, count++);
          const outcome = took === undefined ? "timeout" : "ok";
          inFlight.push({ lane, at: now, endsAt: now + (took ?? limitMs), outcome });
        } else if (each === undefined && page.refuses)
          inFlight.push({ lane, at: now, endsAt: now + 1, outcome: "refused" });
        else {
          if (each !== undefined) busyUntil = Math.max(busyUntil, now) + each;
          const served = each !== undefined && busyUntil - now < limitMs;
          inFlight.push({
            lane,
            at: now,
            endsAt: served ? busyUntil : now + limitMs,
            outcome: served ? "ok" : "timeout",
          });
        }
      }
    }
    if (now % 250 === 0) {
      pace = pacer.look(now, lanes);
      if (rates.at(-1) !== pace) rates.push(pace);
    }
  }
  const tail = lanes[0]?.samples.slice(-5).map(({ outcome }) => outcome);
  return { ownLoad: [...pacer.ownLoad.keys()], rates, lowest: Math.min(...rates), tail };
}

const down =
  (untilMs: number, eachMs = 2) =>
  (now: number) =>
    now < untilMs ? undefined : eachMs;

describe("how often a page is asked during its outage", () => {
  it.each([
    ["a short outage", { eachMs: down(3_000) }],
    ["a long one that is refused at once", { eachMs: down(60_000), refuses: true }],
    ["none at all", { eachMs: () => 2 }],
    ["one that flaps every 3 s", { eachMs: (now: number) => (now % 6_000 < 3_000 ? undefined : 2) }],
  ])("%s: always as often as before, and no suspicion", (_, page) => {
    expect(play(page)).toMatchObject({ ownLoad: [], rates: [50] });
  });

  it.each([20, 60, 110])(
    "a page that is silent for %i s is asked less often, and as before once it is back",
    (s) => {
      const { ownLoad, rates, tail } = play({ eachMs: down(s * 1_000) }, { seconds: s + 20 });
      expect(ownLoad).toEqual([]);
      expect(rates.at(-1)).toBe(50);
      expect(Math.min(...rates)).toBeLessThanOrEqual(5);
      expect(tail).toEqual(Array(5).fill("ok"));
    },
  );

  it.each([
    ["bears 6 a second", 150, 50],
    ["bears 12 a second", 80, 50],
    ["bears 3 a second", 300, 25],
    ["bears 25 a second, but not 50", 38, 50],
    ["bears 8 a second, asked 12 times", 125, 12],
  ])("a page that %s is found to be kept away by the drill, which goes on more gently", (_, eachMs, rate) => {
    const { ownLoad, rates, tail } = play({ eachMs: down(2_000, eachMs) }, { seconds: 240, rate });
    expect(ownLoad).toEqual(["way1"]);
    expect(rates.at(-1)).toBeLessThan(rate);
    // What bears little needs long to work off what it was asked before.
    if (eachMs < 200) expect(tail).toEqual(Array(5).fill("ok"));
  });

  /** Served off and on while something else needs the processor, until then. */
  const offAndOn = (untilMs: number, bears: number) => ({
    eachMs: () => 2,
    atRate: (now: number, ratePerSecond: number, count: number) => {
      if (now > untilMs || ratePerSecond <= bears) return 100;
      return count % 5 < 2 ? undefined : 500;
    },
  });

  it("a page that is served off and on at this rate, and well at a lower one, is asked less often, and that is told", () => {
    const { ownLoad, rates, tail } = play(offAndOn(60_000, 10), { seconds: 90, rate: 25 });
    expect(ownLoad).toEqual(["way1"]);
    expect(rates.at(-1)).toBeLessThanOrEqual(10);
    expect(tail).toEqual(Array(5).fill("ok"));
  });

  it("one that is so at whatever rate is no suspicion", () => {
    const { ownLoad, rates } = play(offAndOn(30_000, 0), { rate: 25 });
    expect(ownLoad).toEqual([]);
    expect(rates.at(-1)).toBe(25);
  });

  it("a page that loses requests and answers the others at once goes on as before", () => {
    const atRate = (_: number, __: number, count: number) => (count % 5 < 2 ? undefined : 5);
    expect(play({ eachMs: () => 2, atRate })).toMatchObject({ ownLoad: [], rates: [50] });
  });

  it("machines in software have four times as long, and their drills wait in proportion", () => {
    const slowly = play({ eachMs: down(60_000) }, { seconds: 90, limitMs: 4_000 });
    expect(slowly.ownLoad).toEqual([]);
    expect(slowly.lowest).toBeLessThan(5);
    expect(slowly.rates.at(-1)).toBe(50);
    expect(play({ eachMs: down(4_000, 150) }, { seconds: 240, limitMs: 4_000 }).ownLoad).toEqual(["way1"]);
  });

  it("never asks less than twice a second", () => {
    expect(play({ eachMs: down(240_000) }, { seconds: 240 }).lowest).toBe(2);
    expect(play({ eachMs: down(240_000) }, { seconds: 240, rate: 2 }).rates).toEqual([2]);
  });

  it("a comparison goes on as before as long as most ways are served", () => {
    const pacer = startPacer({ breakAt: 0, ratePerSecond: 50, requestTimeoutMs: 1_000 });
    const lane = (way: string, outcome: Sample["outcome"]) => ({
      way,
      samples: Array.from({ length: 2_000 }, (_, i) => ({ at: i * 20, tookMs: 1, outcome })),
    });
    const lanes = [lane("a", "ok"), lane("b", "ok"), lane("c", "timeout")];
    expect([12_000, 20_000, 40_000].map((now) => pacer.look(now, lanes))).toEqual([50, 50, 50]);
  });
});
