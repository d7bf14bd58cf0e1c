import type { RequestListener } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { drills } from "../../../src/drills/catalogue.ts";
import { startClock } from "../../../src/drills/clock.ts";
import { type Started, startWrites } from "../../../src/drills/control-plane.ts";
import type { DrillOptions } from "../../../src/drills/options.ts";
import type { Lab } from "../../../src/lab/model.ts";
import { openHttp } from "../../../src/probes/http.ts";
import { until } from "../../helpers/eventually.ts";
import { machine, tutorialLab } from "../../helpers/labs.ts";
import { serveHttp } from "../../helpers/local-servers.ts";

/** Writes beside the page, against servers that answer like Marathon. */

const subscribed = ["http://bamboo.example:8000/api/marathon/event_callback"];
const write = `POST /v2/eventSubscriptions?callbackUrl=${encodeURIComponent(subscribed[0] as string)}`;

/** A Marathon that takes writes as long as it is told to, and what it was asked. */
async function marathon(callbackUrls: readonly string[] = subscribed) {
  const state = { writes: [] as string[], status: 200 };
  const answer: RequestListener = (request, response) => {
    if (request.method !== "GET") state.writes.push(`${request.method} ${request.url}`);
    response.writeHead(request.method === "GET" ? 200 : state.status).end(JSON.stringify({ callbackUrls }));
  };
  const { url } = await serveHttp(answer);
  return { ...new URL(url), url: url.replace(/\/$/, ""), port: Number(new URL(url).port), state };
}

async function start(
  ports: readonly number[],
  drill = "restart-marathon",
  stack: Lab["stack"] = "rehearsal",
): Promise<Started> {
  const http = openHttp();
  onTestFinished(() => http.close());
  const machines = ports.map((port, index) => ({
    ...machine(`m${index}`, "127.0.0.1", ["marathon"]),
    ports: { marathon: port },
  }));
  const options = {
    ...{ lab: { ...tutorialLab, stack, machines }, http, settleMs: 500 },
    at: { marathon: `http://127.0.0.1:${ports[0]}` },
    signal: new AbortController().signal,
    say: () => {},
  } as unknown as DrillOptions;
  const found = drills.find(({ name }) => name === drill);
  if (found === undefined) throw new Error(`no drill ${drill}`);
  const started = await startWrites(found, options, startClock());
  onTestFinished(() => started.writes?.stop());
  return started;
}

test("after a failure the next Marathon is asked, and the outage is told", async () => {
  const [first, second] = [await marathon(), await marathon()];
  const { writes } = await start([first.port, second.port]);
  expect([...new Set(first.state.writes), ...second.state.writes]).toEqual([write]);
  writes?.broken(performance.now());
  for (const { state } of [first, second]) state.status = 503;
  await until("both were asked", () => second.state.writes.length > 1);
  expect(writes?.settled()).toBe(false);
  second.state.status = 200;
  await until("writes are taken again", () => writes?.settled());
  await writes?.stop();
  const report = writes?.report();
  expect(report?.write).toBe(write);
  expect(report?.outage.byKind["503"]).toBeGreaterThan(1);
  expect(report?.outage.byKind.ok).toBeGreaterThan(1);
});

test("a drill that leaves it alone is not measured by writes", async () => {
  const { port, state } = await marathon();
  expect(await start([port], "kill-task")).toEqual({});
  expect(await start([port], "restart-slave")).toEqual({});
  expect(state.writes).toEqual([]);
});

test.each([
  ["nobody subscribes", [], 200, "rehearsal", "nobody subscribes to this Marathon's events"],
  ["writes fail before the break", subscribed, 503, "rehearsal", "failed before anything was broken"],
  ["a write would disturb Bamboo", subscribed, 200, "classic", "drops all apps"],
] as const)("where %s the report says that it was not measured", async (_, urls, status, stack, words) => {
  const { port, state } = await marathon(urls);
  state.status = status;
  const { writes, note } = await start([port], "restart-marathon", stack);
  expect(writes).toBeUndefined();
  expect(note).toMatch(/^The control plane was not measured: /);
  expect(note).toContain(words);
});
