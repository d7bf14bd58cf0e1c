import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { reportHtml } from "../../../src/drills/report/page.ts";
import { picture, spreadTable } from "../../../src/drills/report/picture.ts";
import type { PictureOptions } from "../../../src/drills/report/style.ts";
import { cells } from "../../../src/ui/text.ts";
import { example } from "../../helpers/drill-example.ts";

const { killed, compared, lost, calm, loaded, led, repeated } = example;
const reports = { killed, compared, lost, calm, loaded, led };
const styles: Record<string, PictureOptions> = {
  "": {},
  "-ascii": { unicode: false },
  "-colour": { colour: true },
  "-narrow": { width: 48 },
};

describe("the picture of a drill", () => {
  for (const [name, report] of Object.entries(reports)) {
    for (const [suffix, style] of Object.entries(styles)) {
      it(`${name}${suffix} is as it was`, async () => {
        await expect(picture(report, style)).toMatchFileSnapshot(`expected/${name}${suffix}.txt`);
      });
    }

    it.each([20, 30, 48, 79, 80, 81, 132, 200])(`${name} is never wider than %i cells`, (width) => {
      for (const colour of [false, true]) {
        for (const unicode of [false, true]) {
          const text = stripVTControlCharacters(picture(report, { width, colour, unicode }));
          for (const line of text.split("\n")) expect(cells(line), line).toBeLessThanOrEqual(width);
          if (!unicode) expect(text).toMatch(/^[\x20-\x7e\n]*$/);
        }
      }
    });

    it(`${name} says the same with colours`, () => {
      expect(stripVTControlCharacters(picture(report, { colour: true })).replace(/ +$/gm, "")).toBe(
        picture(report),
      );
    });
  }

  it("of several runs is a table", async () => {
    await expect(spreadTable([...repeated, lost])).toMatchFileSnapshot("expected/repeated.txt");
  });
});

describe("the page of a drill", () => {
  it.each([
    ["killed", [killed]],
    ["compared", [compared]],
    ["lost", [lost]],
    ["loaded", [loaded]],
    ["led", [led]],
  ] as const)("%s is as it was, to the byte", async (name, runs) => {
    expect(reportHtml(runs)).toBe(reportHtml(structuredClone(runs)));
    await expect(reportHtml(runs)).toMatchFileSnapshot(`expected/${name}.html`);
  });

  it("shows strange text as text", () => {
    const html = reportHtml([lost]);
    expect(html).not.toMatch(/<script|<img|<b>&/);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt; 漢字");
    expect(html).not.toContain("\u001b");
  });

  it("needs nothing from elsewhere", () => {
    for (const runs of [[killed], repeated, [compared]]) {
      expect(reportHtml(runs)).not.toMatch(/ (src|href)="(?!data:,)|@import|url\((?!#)/);
    }
  });

  it("needs a run", () => {
    expect(() => reportHtml([])).toThrow("at least one run");
  });

  it("is drawn from what JSON keeps", () => {
    expect(reportHtml(JSON.parse(JSON.stringify(repeated)))).toBe(reportHtml(repeated));
  });
});
