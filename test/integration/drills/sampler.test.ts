import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { analyse } from "../../../src/drills/analysis/outage.ts";
import { startClock } from "../../../src/drills/clock.ts";
import { outcomeOfAnswer, outcomeOfError } from "../../../src/drills/sample/request.ts";
import { type Sampler, startSampler } from "../../../src/drills/sample/sampler.ts";
import { until } from "../../helpers/eventually.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function listen(
  server: Server,
  port = 0,
): Promise<{ url: string; port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  closing.push(close);
  const bound = (server.address() as AddressInfo).port;
  return { url: `http://127.0.0.1:${bound}/`, port: bound, close };
}

const page = (listener: RequestListener) => listen(createServer(listener));

function sample(options: Parameters<typeof startSampler>[0]): Sampler {
  const sampler = startSampler(options);
  closing.push(() => sampler.stop());
  return sampler;
}

/** The kinds of outcome of the first few answers; a limit that only a service that hangs will exceed. */
async function outcomes(options: Parameters<typeof startSampler>[0]): Promise<Set<string>> {
  const sampler = sample({ ratePerSecond: 100, requestTimeoutMs: 60_000, ...options });
  await until("ten samples", () => sampler.samples.length > 9);
  await sampler.stop();
  return new Set(sampler.samples.map((s) => s.outcome));
}

/** No request is ahead of its turn, however late this host lets the others be. */
function expectSteady(sampler: Sampler, ratePerSecond: number): void {
  const sentAt = sampler.samples.map(({ at }) => at).toSorted((a, b) => a - b);
  for (const [turn, at] of sentAt.entries())
    expect(at).toBeGreaterThanOrEqual((turn * 1_000) / ratePerSecond);
}

describe("the sampler", () => {
  it("asks at a steady rate, each time over a fresh connection", async () => {
    let connections = 0;
    let requests = 0;
    const server = createServer((_req, res) => {
      requests += 1;
      res.end("hello");
    });
    server.on("connection", () => {
      connections += 1;
    });
    const { url } = await listen(server);
    const sampler = sample({ url, ratePerSecond: 60, requestTimeoutMs: 60_000 });
    await until("forty answers", () => sampler.samples.length >= 40);
    const state = await sampler.stop();
    // One more where the stop came between connecting and asking.
    expect(connections).toBeGreaterThanOrEqual(requests);
    expectSteady(sampler, 60);
    expect(state.crowdedSlots).toBe(0);
    expect(state.sent).toBe(sampler.samples.length + state.unanswered + state.localFaults);
    expect(new Set(sampler.samples.map((s) => s.outcome))).toEqual(new Set(["ok"]));
  });

  it("takes each turn once, and counts those that it came too late for", async () => {
    const { url } = await page((_req, res) => res.end());
    // A clock that moves as this test says; the sampler looks at it every few milliseconds.
    let now = 0;
    const sampler = sample({ url, ratePerSecond: 100, clock: { ...startClock(), now: () => now } });
    for (const [at, sent, missedSlots] of [
      [0, 1, 0],
      [10, 2, 0],
      [25, 3, 0],
      [70, 4, 4],
      [79, 4, 4],
      [1_080, 5, 104],
    ] as const) {
      now = at;
      await until("its turn", () => sampler.samples.length === sent);
      expect(sampler.state()).toMatchObject({ sent, missedSlots, crowdedSlots: 0 });
    }
  });

  it("does not slow down for a service that hangs", async () => {
    const { url } = await page(() => {});
    const sampler = sample({ url, ratePerSecond: 50, requestTimeoutMs: 300 });
    const openFor = () => sampler.clock.now() - sampler.horizon();
    await until("many time-outs", () => sampler.samples.length >= 30);
    await until("a request that is open for long", () => openFor() > 100);
    const state = await sampler.stop();
    expect(openFor()).toBeGreaterThan(100);
    expectSteady(sampler, 50);
    expect(state.crowdedSlots).toBe(0);
    expect(state.unanswered).toBeGreaterThan(0);
    expect(new Set(sampler.samples.map((s) => s.outcome))).toEqual(new Set(["timeout"]));
    for (const { tookMs } of sampler.samples) expect(tookMs).toBeGreaterThanOrEqual(295);
  });

  it("counts the turns it left out because too many requests were in flight", async () => {
    const { url } = await page(() => {});
    const sampler = sample({ url, ratePerSecond: 100, requestTimeoutMs: 600_000, maxInFlight: 3 });
    await until("turns left out", () => sampler.state().crowdedSlots > 5);
    expect(await sampler.stop()).toMatchObject({ sent: 3, unanswered: 3 });
  });

  it("ends at its cap, and says so", async () => {
    const { url } = await page((_req, res) => res.end());
    const sampler = sample({ url, ratePerSecond: 200, maxSamples: 5 });
    await until("the cap", () => sampler.state().full && sampler.samples.length === 5);
    expect(await sampler.stop()).toMatchObject({ sent: 5, full: true });
  });

  it("stops at an abort, at once and once only", async () => {
    let requests = 0;
    const { url } = await page(() => {
      requests += 1;
    });
    const controller = new AbortController();
    const sampler = sample({ url, requestTimeoutMs: 600_000, signal: controller.signal });
    await until("a few requests", () => requests > 3);
    controller.abort();
    const state = await sampler.stop();
    expect(state.unanswered).toBe(state.sent);
    // Some turns later.
    await sleep(100);
    expect(sampler.state()).toEqual(state);
    expect(requests).toBeLessThanOrEqual(state.sent);
    expect(sampler.samples).toEqual([]);
    expect((await sample({ url, signal: controller.signal }).stop()).sent).toBe(0);
  });

  it("tells the kinds of failure apart", async () => {
    const busy = await page((_req, res) => res.writeHead(503).end());
    expect(await outcomes({ url: busy.url })).toEqual(new Set(["503"]));
    const lost = await page((_req, res) => res.writeHead(404).end());
    expect(await outcomes({ url: lost.url })).toEqual(new Set(["http-404"]));
    const moved = await page((_req, res) => res.writeHead(302, { location: lost.url }).end());
    expect(await outcomes({ url: moved.url })).toEqual(new Set(["http-302"]));
    const other = await page((_req, res) => res.end("It works!"));
    expect(await outcomes({ url: other.url, isGood: (body) => body.includes("Tomcat") })).toEqual(
      new Set(["wrong-page"]),
    );
    const half = await page((_req, res) => {
      res.writeHead(200, { "content-length": "100" });
      res.write("half", () => res.destroy());
    });
    expect(await outcomes({ url: half.url })).toEqual(new Set(["reset"]));
    const rude = await listen(createTcpServer((socket) => socket.on("data", () => socket.resetAndDestroy())));
    expect(await outcomes({ url: rude.url })).toEqual(new Set(["reset"]));
    const foreign = await listen(createTcpServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n")));
    expect(await outcomes({ url: foreign.url })).toEqual(new Set(["wrong-page"]));
    const dripping = await page((_req, res) => {
      const timer = setInterval(() => res.write("."), 20);
      res.on("close", () => clearInterval(timer));
    });
    expect(await outcomes({ url: dripping.url, requestTimeoutMs: 100 })).toEqual(new Set(["timeout"]));
    const gone = await page(() => {});
    await gone.close();
    expect(await outcomes({ url: gone.url })).toEqual(new Set(["refused"]));
  });

  it("does not read an endless answer to its end", async () => {
    const { url } = await page((_req, res) => {
      const more = () => {
        while (!res.destroyed && res.write("x".repeat(65_536)));
      };
      res.on("drain", more);
      more();
    });
    expect(await outcomes({ url, ratePerSecond: 20 })).toEqual(new Set(["ok"]));
  });

  it("sends the Host header that a proxy routes by, and looks names up as it is told", async () => {
    const seen = new Set<string | undefined>();
    const { port } = await page((req, res) => {
      seen.add(req.headers.host);
      res.end();
    });
    const resolve = async () => ({ address: "127.0.0.1", port });
    expect(await outcomes({ url: "http://tomcat.marathon.mesos/", resolve, host: "tomcat.example" })).toEqual(
      new Set(["ok"]),
    );
    expect(await outcomes({ url: "http://tomcat.marathon.mesos/", resolve })).toEqual(new Set(["ok"]));
    expect([...seen]).toEqual(["tomcat.example", "tomcat.marathon.mesos"]);
    const unknown = () => Promise.reject(new Error("NXDOMAIN"));
    expect(await outcomes({ url: "http://nobody.mesos/", resolve: unknown })).toEqual(new Set(["no-name"]));
    const never = () => new Promise<never>(() => {});
    expect(await outcomes({ url: "http://nobody.mesos/", resolve: never, requestTimeoutMs: 100 })).toEqual(
      new Set(["timeout"]),
    );
  });

  it("keeps its times when the wall clock steps", async () => {
    const { url } = await page((_req, res) => res.end());
    vi.useFakeTimers({ toFake: ["Date"] });
    closing.push(() => vi.useRealTimers());
    const sampler = sample({ url, ratePerSecond: 100 });
    const hour = 3_600_000;
    for (const step of [0, -hour, 2 * hour]) {
      vi.setSystemTime(Date.now() + step);
      const before = sampler.samples.length;
      await until("more samples", () => sampler.samples.length > before + 10);
    }
    await sampler.stop();
    const outage = analyse(sampler.samples, { settleMs: 100 });
    expect(outage.neverDown).toBe(true);
    expect(outage.longestBlindMs).toBeLessThan(hour / 2);
    for (const { at, tookMs } of sampler.samples) expect(at >= 0 && tookMs >= 0 && at < hour / 2).toBe(true);
  });

  it("measures an outage as long as it was", async () => {
    const listener: RequestListener = (_req, res) => res.end("page");
    const first = await page(listener);
    const clock = startClock();
    const sampler = sample({ url: first.url, ratePerSecond: 100, clock });
    const seen = (outcome: string, count: number) => {
      const from = sampler.samples.length;
      const isMore = () => sampler.samples.slice(from).filter((s) => s.outcome === outcome).length >= count;
      return until(`${count} times ${outcome}`, isMore);
    };
    await seen("ok", 20);
    const breakAt = clock.now();
    await first.close();
    const goneAt = clock.now();
    await seen("refused", 20);
    const mendAt = clock.now();
    await listen(createServer(listener), first.port);
    const backAt = clock.now();
    await seen("ok", 20);
    await sampler.stop();
    const outage = analyse(sampler.samples, { settleMs: 1, breakAt, until: sampler.horizon() });
    expect(outage).toMatchObject({ state: "recovered", flaps: 1 });
    const { startedAt, firstMissAt, lastMissAt, endedAt, ms } = outage;
    const answeredAt = (time: number | null) => {
      const found = sampler.samples.find(({ at }) => at === time);
      return found === undefined ? Number.NaN : found.at + found.tookMs;
    };
    // The page went between the first two of these moments, and came between the last two.
    expect(startedAt).toBeLessThanOrEqual(goneAt);
    expect(answeredAt(firstMissAt)).toBeGreaterThanOrEqual(breakAt);
    expect(lastMissAt).toBeLessThanOrEqual(backAt);
    expect(answeredAt(endedAt)).toBeGreaterThanOrEqual(mendAt);
    expect(ms).toBe((endedAt ?? 0) - (startedAt ?? 0));
  });

  it.each(["https://x/", "not a url", "file:///etc/passwd"])("refuses %s", (url) => {
    expect(() => startSampler({ url })).toThrow("http:// page");
  });

  it.each([0, -1, Number.NaN, 5_000])("refuses a rate of %s", (ratePerSecond) => {
    expect(() => startSampler({ url: "http://127.0.0.1:9/", ratePerSecond })).toThrow("rate");
  });
});

describe("an outcome", () => {
  it.each([
    ["ECONNREFUSED", "refused"],
    ["ECONNRESET", "reset"],
    ["EPIPE", "reset"],
    ["ETIMEDOUT", "timeout"],
    ["EHOSTUNREACH", "unreachable"],
    ["ENETUNREACH", "unreachable"],
    ["ENOTFOUND", "no-name"],
    ["EAI_AGAIN", "no-name"],
    ["HPE_INVALID_CONSTANT", "wrong-page"],
    ["EMFILE", "local-fault"],
    ["EADDRNOTAVAIL", "local-fault"],
  ])("of %s is %s", (code, expected) => {
    expect(outcomeOfError(Object.assign(new Error(code), { code }))).toBe(expected);
  });

  it("is the page's own judgement first", () => {
    expect(outcomeOfAnswer("Apache Tomcat", 404, (body) => body.includes("Tomcat"))).toBe("ok");
  });
});
