import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isWelcomePage } from "../../../src/lab/demo.ts";
import { chromiumPath } from "../../helpers/browser.ts";
import { embeddedLab } from "../../helpers/embedded-lab.ts";
import { eventually, patienceMs } from "../../helpers/eventually.ts";

const why = chromiumPath === undefined ? "skipped: there is no Chromium" : "in headless Chromium";
/** Where to put pictures of the pages, for people to look at. */
const pictures = process.env.MESOS_LAB_SCREENSHOTS;

describe.skipIf(chromiumPath === undefined)(`the lesson, clicked through (${why})`, () => {
  const lab = embeddedLab();
  let browser: Browser;
  let page: Page;
  const elsewhere: string[] = [];
  const problems: string[] = [];

  beforeAll(async () => {
    const [created, started] = await Promise.all([
      lab.run("create"),
      chromium.launch({
        executablePath: chromiumPath as string,
        args: ["--no-sandbox", "--no-proxy-server"],
      }),
    ]);
    browser = started;
    expect(created).toMatchObject({ exitCode: 0 });
    page = await browser.newPage({ viewport: { width: 1_100, height: 760 } });
    page.setDefaultTimeout(patienceMs);
    page.on("request", (request) => {
      if (![lab.master, lab.slave].includes(new URL(request.url()).hostname)) elsewhere.push(request.url());
    });
    page.on("pageerror", (error) => problems.push(error.message));
  });
  afterAll(async () => {
    await browser?.close();
    await lab.remove();
  });

  const picture = async (name: string) => {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  const at = (port: number) => `http://${lab.master}:${port}/`;
  const front = () => `http://${lab.master}:${lab.lab().machines[0]?.ports?.haproxy ?? 80}/`;

  test("Mesos: Slaves shows the slave", async () => {
    await page.goto(at(5050));
    await page.getByRole("link", { name: "Slaves" }).click();
    await page.getByRole("cell", { name: lab.slave, exact: true }).waitFor();
    expect(await page.locator("body").textContent()).toContain("mesos-lab rehearsal");
    await picture("mesos");
  });

  test("Marathon: an app is made with the form", async () => {
    await page.goto(at(8080));
    await page.getByRole("button", { name: "+ New App" }).click();
    await page.getByLabel("ID", { exact: true }).fill("tomcat");
    await page.getByLabel(/^Docker image/).fill("mesos-lab/tomcat");
    await picture("marathon-form");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("cell", { name: "1 / 1" }).waitFor();
    await picture("marathon-apps");
  });

  test("Bamboo: + makes the rule, and the app is served", async () => {
    await page.goto(at(8000));
    await page.getByRole("button", { name: "Create a rule for /tomcat" }).click();
    await page.getByLabel("acl").fill("path_beg -i /");
    await picture("bamboo-rule");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("cell", { name: "path_beg -i /", exact: true }).waitFor();
    await picture("bamboo");
    await eventually(async () => {
      const answer = await page.goto(front());
      expect(isWelcomePage((await answer?.text()) ?? "", answer?.status() ?? 0)).toBe(true);
    });
    await picture("tomcat");
  });

  test("Marathon: the instance is selected and killed, and comes back at another port", async () => {
    await page.goto(at(8080));
    await page.getByRole("link", { name: "/tomcat" }).click();
    const address = page.getByRole("cell", {
      name: new RegExp(`^${lab.slave.replaceAll(".", "\\.")}:\\d+$`),
    });
    const before = await address.textContent();
    await page.getByRole("checkbox", { name: /^select tomcat\./ }).check();
    await picture("marathon-app");
    await page.getByRole("button", { name: "Kill" }).click();
    await eventually(async () => {
      expect(await page.getByText("Started", { exact: true }).count()).toBeGreaterThan(1);
      expect(await address.textContent()).not.toBe(before);
    });
    await eventually(async () => expect((await page.request.get(front())).status()).toBe(200));
  });

  test("no page needed anything from elsewhere, or failed", () => {
    expect({ elsewhere, problems }).toEqual({ elsewhere: [], problems: [] });
  });
});
