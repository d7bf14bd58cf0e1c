import { createServer, type Server } from "node:http";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Machine, portsOf } from "../../../src/lab/model.ts";
import { chromiumPath, noBrowser } from "../../helpers/browser.ts";
import { embeddedLab } from "../../helpers/embedded-lab.ts";
import { patienceMs } from "../../helpers/eventually.ts";

/** A page that is drawn from what services say, when they say what would harm it. */

const lab = embeddedLab();
const servers: Server[] = [];
const evil = `<img src="http://evil.example/x" onerror="document.title='harmed'"><script>document.title='harmed'</script>`;
const answers: Readonly<Record<string, unknown>> = {
  "/v2/apps": { apps: [{ id: `/${evil}`, ports: [10_000], labels: { HAPROXY_0_VHOST: evil } }] },
  "/v2/tasks": {
    tasks: [
      { id: `one${evil}`, appId: `/${evil}`, host: lab.slave, ports: [31_000], startedAt: evil },
      { id: "two", appId: `/\u001b[2J\u202e${"x".repeat(100_000)}`, host: evil, ports: [31_001] },
    ],
  },
  "/v2/info": { frameworkId: evil, leader: evil, version: evil },
  "/state.json": { version: evil, leader: evil, activated_slaves: 1, slaves: [{ id: evil, hostname: evil }] },
};

/** In the place of one of the lab's services. */
async function inPlaceOf(port: number): Promise<void> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://lab").pathname;
    if (path === "/v2/events") {
      const event = { eventType: "status_update_event", taskStatus: evil, appId: evil, host: evil };
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`event: status_update_event\ndata: ${JSON.stringify(event)}\n\n`);
      return;
    }
    const answer = answers[path];
    response.writeHead(200, { "content-type": answer === undefined ? "text/html" : "application/json" });
    response.end(answer === undefined ? evil : JSON.stringify(answer));
  });
  servers.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, lab.master, resolve);
  });
}

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  for (const verb of ["create", "halt"]) expect(await lab.run(verb)).toMatchObject({ exitCode: 0 });
  const ports = portsOf(lab.lab(), lab.lab().machines[0] as Machine);
  for (const port of [ports.marathon, ports.mesosMaster, ports.bamboo, ports.haproxy]) await inPlaceOf(port);
});
afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections();
  await lab.remove();
});

test.skipIf(chromiumPath === undefined)(
  `what services say is shown as text, and nothing else comes of it${noBrowser}`,
  async () => {
    const tool = lab.start("watch");
    await tool.said("open this address");
    const browser = await chromium.launch({
      executablePath: chromiumPath as string,
      args: ["--no-sandbox", "--no-proxy-server"],
    });
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(patienceMs);
      const asked: string[] = [];
      const problems: string[] = [];
      page.on("request", (request) => asked.push(new URL(request.url()).hostname));
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("dialog", (dialog) => problems.push(dialog.message()));
      await page.goto(/http:\S+/.exec(tool.printed())?.[0] ?? "");
      const title = await page.title();
      await page.locator(".task", { hasText: "<script>" }).first().waitFor();
      await page.locator("#log", { hasText: "<img src=" }).waitFor();
      expect(await page.locator("img, script").count()).toBe(1);
      expect(await page.title()).toBe(title);
      const text = (await page.locator("body").textContent()) ?? "";
      expect(["\u001b", "\u202e"].filter((each) => text.includes(each))).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      expect({ elsewhere: asked.filter((host) => host !== "127.0.0.1"), problems }).toEqual({
        elsewhere: [],
        problems: [],
      });
    } finally {
      await browser.close();
      tool.process.kill("SIGINT");
      await tool.ended;
    }
  },
);
