import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headline } from "../../../src/drills/analysis/words.ts";
import type { DrillReport, Mark } from "../../../src/drills/model/report.ts";
import { reportHtml } from "../../../src/drills/report/page.ts";
import { example } from "../../helpers/drill-example.ts";

const executablePath = "/usr/bin/chromium";
const missing = !existsSync(executablePath);

/** Many marks close together, where labels would overlap if they could. */
const crowded: DrillReport = {
  ...example.killed,
  marks: Array.from({ length: 24 }, (_, i): Mark => {
    const what = `step ${i} ${"W".repeat((i * 7) % 40)}`;
    return { at: 2_000 + ((i * i * 37) % 2_600), source: "marathon", what };
  }),
};

const pages: Record<string, readonly DrillReport[]> = {
  killed: [example.killed],
  repeated: example.repeated,
  compared: [example.compared],
  comparedAgain: [example.compared, example.compared],
  lost: [example.lost],
  calm: [example.calm],
  crowded: [crowded],
};

/** Runs in the page: pairs of texts that overlap, lines that cross a text, and texts outside their drawing. */
const faults = `(() => {
  const found = [];
  const box = (node) => node.getBoundingClientRect();
  const meet = (a, b) => a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
  for (const svg of document.querySelectorAll("figure svg[viewBox]")) {
    const texts = [...svg.querySelectorAll("text")];
    const frame = box(svg);
    texts.forEach((a, i) => {
      const at = box(a);
      if (at.left < frame.left - 1 || at.right > frame.right + 1 || at.bottom > frame.bottom + 1) found.push("outside: " + a.textContent);
      for (const b of texts.slice(i + 1)) if (meet(at, box(b))) found.push(a.textContent + " / " + b.textContent);
      for (const line of svg.querySelectorAll(".mark path, .break"))
        if (meet(at, box(line))) found.push("crossed: " + a.textContent);
    });
  }
  return found;
})()`;

describe.skipIf(missing)(`the page in a browser${missing ? ` (skipped: no ${executablePath})` : ""}`, () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "drill-pages-"));
    browser = await chromium.launch({
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
  });

  afterAll(async () => {
    await browser?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it.each(Object.keys(pages))("%s: legible, without errors, without a network", async (name) => {
    const runs = pages[name] ?? [];
    const file = join(folder, `${name}.html`);
    await writeFile(file, reportHtml(runs));
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 } });
      const complaints: string[] = [];
      const asked: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(file).href);
      expect(complaints).toEqual([]);
      expect(asked.filter((url) => url !== pathToFileURL(file).href && url !== "data:,")).toEqual([]);
      expect(await page.evaluate(faults)).toEqual([]);
      const figure = page.locator(".figure").first();
      expect(await figure.isVisible()).toBe(true);
      if (runs.length === 1)
        expect(await figure.textContent()).toBe(headline(runs[0]?.lanes[0] as never).figure);
      const box = await figure.boundingBox();
      expect(box && box.y + box.height).toBeLessThan(900);
      expect(box?.height).toBeGreaterThan(30);
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      expect(await page.evaluate("document.documentElement.lang")).toBe("en");
      expect(await page.locator("figure svg[viewBox] > title").count()).toBe(runs.length);
      await page.close();
    }
  });

  it("prints on paper, one run a page or more, in light colours", async () => {
    const page = await browser.newPage({ colorScheme: "dark" });
    await page.setContent(reportHtml(example.repeated));
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    expect((await page.pdf()).subarray(0, 5).toString()).toBe("%PDF-");
    await page.close();
  });
});
