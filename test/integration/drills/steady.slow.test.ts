import type { RequestListener } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import type { WayIn } from "../../../src/demo/ways-in.ts";
import { startClock } from "../../../src/drills/clock.ts";
import type { DrillOptions } from "../../../src/drills/options.ts";
import { type SteadyLanes, steadyLanes } from "../../../src/drills/steady.ts";
import { openHttp } from "../../../src/probes/http.ts";
import { tutorialLab } from "../../helpers/labs.ts";
import { serveHttp } from "../../helpers/local-servers.ts";

/** Serves one request after the other, so many milliseconds each, as a machine with too small a processor. */
function oneAtATime(eachMs: number): RequestListener {
  let queue = Promise.resolve();
  return (_, response) => {
    queue = queue
      .then(() => new Promise((resolve) => setTimeout(resolve, eachMs)))
      .then(() => void response.end("page"));
  };
}

/** Looks for a rate that the page bears, from so many requests a second. */
async function steady(
  url: string,
  ratePerSecond: number,
): Promise<SteadyLanes & { readonly said: string[] }> {
  const http = openHttp();
  onTestFinished(() => http.close());
  const said: string[] = [];
  const way: WayIn = {
    name: "bamboo",
    method: "bamboo",
    url,
    twin: false,
    learns: { how: "it is told", told: "event" },
  };
  const options = {
    ...{ lab: tutorialLab, http, ratePerSecond, settleMs: 1_000, machines: { breaks: { local: true } } },
    isPage: (body: string, status: number) => status === 200 && body === "page",
    signal: new AbortController().signal,
    say: (text: string) => said.push(text),
  } as unknown as DrillOptions;
  const found = await steadyLanes([way], options, startClock());
  onTestFinished(() => found.lanes.stop());
  return { ...found, said };
}

test("a page that bears some ten requests a second is asked less often, and that is told", async () => {
  const { url } = await serveHttp(oneAtATime(70));
  const { load, said } = await steady(url, 50);
  expect(load.askedPerSecond).toBe(50);
  expect(load.ratePerSecond).toBeLessThan(15);
  expect(load.tooMany.map(({ ratePerSecond }) => ratePerSecond).slice(0, 2)).toEqual([50, 25]);
  expect(said).toContainEqual(expect.stringMatching(/: trying \d+ requests a second$/));
});

test("a page that bears no more than two a second is asked twice", async () => {
  const { url } = await serveHttp(oneAtATime(400));
  expect((await steady(url, 6)).load).toMatchObject({ askedPerSecond: 6, ratePerSecond: 2 });
});

test.each<[string, () => Promise<string>, RegExp]>([
  [
    "fails every third time",
    async () => {
      let count = 0;
      const { url } = await serveHttp((_, response) => {
        count += 1;
        response.writeHead(count % 3 === 0 ? 503 : 200).end("page");
      });
      return url;
    },
    /^2 requests a second: \d+ of \d+ requests failed \(\d+\s×\s503\)$/,
  ],
  ["never answers", async () => (await serveHttp(() => undefined)).url, /timed out|no request was answered/],
])(
  "a page that %s is not drilled at all",
  async (_, page, why) => {
    const refused = steady(await page(), 6);
    await expect(refused).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringMatching(/^the page fails before anything is broken, even when it is asked /),
    });
    const { details } = (await refused.catch((error: unknown) => error)) as { details: string[] };
    expect(details.at(-2)).toMatch(why);
    expect(details.at(-1)).toMatch(/^nothing was broken/);
  },
  120_000,
);
