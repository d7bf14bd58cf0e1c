import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { analyse } from "../../../src/drills/analysis/outage.ts";
import { startClock } from "../../../src/drills/clock.ts";
import { outcomeOfAnswer, outcomeOfError } from "../../../src/drills/sample/request.ts";
import { type Sampler, startSampler } from "../../../src/drills/sample/sampler.ts";

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
  const sampler = sample({ ratePerSecond: 100, requestTimeoutMs: 5_000, ...options });
  await vi.waitFor(() => expect(sampler.samples.length).toBeGreaterThan(9), {
    timeout: 15_000,
    interval: 10,
  });
  await sampler.stop();
  return new Set(sampler.samples.map((s) => s.outcome));
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
    const sampler = sample({ url });
    await sleep(1_000);
    const state = await sampler.stop();
    expect(requests).toBeGreaterThanOrEqual(40);
    // One more where the stop came between connecting and asking.
    expect(connections).toBeGreaterThanOrEqual(requests);
    // Every turn of the second is accounted for, however busy this host is.
    expect(state.sent + state.missedSlots).toBeGreaterThanOrEqual(58);
    expect(state.sent).toBe(sampler.samples.length + state.unanswered + state.localFaults);
    expect(new Set(sampler.samples.map((s) => s.outcome))).toEqual(new Set(["ok"]));
  });

  it("does not slow down for a service that hangs", async () => {
    const { url } = await page(() => {});
    const sampler = sample({ url, ratePerSecond: 50, requestTimeoutMs: 300 });
    await sleep(1_000);
    expect(sampler.clock.now() - sampler.horizon()).toBeGreaterThan(100);
    const state = await sampler.stop();
    expect(sampler.clock.now() - sampler.horizon()).toBeGreaterThan(100);
    expect(state.sent + state.missedSlots).toBeGreaterThanOrEqual(48);
    expect(state.crowdedSlots).toBe(0);
    expect(state.unanswered).toBeGreaterThan(0);
    expect(new Set(sampler.samples.map((s) => s.outcome))).toEqual(new Set(["timeout"]));
    for (const { tookMs } of sampler.samples) expect(tookMs).toBeGreaterThanOrEqual(295);
  });

  it("counts the turns it left out because too many requests were in flight", async () => {
    const { url } = await page(() => {});
    const sampler = sample({ url, ratePerSecond: 100, requestTimeoutMs: 5_000, maxInFlight: 3 });
    await sleep(300);
    const state = await sampler.stop();
    expect(state).toMatchObject({ sent: 3, unanswered: 3 });
    expect(state.crowdedSlots).toBeGreaterThan(5);
  });

  it("ends at its cap, and says so", async () => {
    const { url } = await page((_req, res) => res.end());
    const sampler = sample({ url, ratePerSecond: 200, maxSamples: 5 });
    await sleep(300);
    expect(await sampler.stop()).toMatchObject({ sent: 5, full: true });
    expect(sampler.samples).toHaveLength(5);
  });

  it("stops at an abort, at once and once only", async () => {
    let requests = 0;
    const { url } = await page(() => {
      requests += 1;
    });
    const controller = new AbortController();
    const sampler = sample({ url, requestTimeoutMs: 60_000, signal: controller.signal });
    await sleep(100);
    controller.abort();
    const state = await sampler.stop();
    expect(state.unanswered).toBe(state.sent);
    await sleep(50);
    const then = requests;
    await sleep(100);
    expect(requests).toBe(then);
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
    await sleep(150);
    vi.setSystemTime(Date.now() - 3_600_000);
    await sleep(150);
    vi.setSystemTime(Date.now() + 7_200_000);
    await sleep(150);
    await sampler.stop();
    const outage = analyse(sampler.samples, { settleMs: 100 });
    expect(outage.neverDown).toBe(true);
    expect(outage.longestBlindMs).toBeLessThan(1_000);
    for (const { at, tookMs } of sampler.samples) expect(at >= 0 && tookMs >= 0 && at < 10_000).toBe(true);
  });

  it("measures an outage as long as it was", async () => {
    const listener: RequestListener = (_req, res) => res.end("page");
    const first = await page(listener);
    const clock = startClock();
    const sampler = sample({ url: first.url, ratePerSecond: 100, clock });
    await sleep(300);
    const breakAt = clock.now();
    await first.close();
    await sleep(500);
    await listen(createServer(listener), first.port);
    const backAt = clock.now();
    await sleep(600);
    await sampler.stop();
    const outage = analyse(sampler.samples, { settleMs: 300, breakAt, until: sampler.horizon() });
    expect(outage.state).toBe("recovered");
    expect(outage.flaps).toBe(1);
    const off = Math.abs((outage.ms ?? 0) - (backAt - breakAt));
    expect(off).toBeLessThanOrEqual(2 * outage.resolutionMs);
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
