import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { documents } from "../../../scripts/docs/documents.ts";

test.each(Object.entries(documents))("%s is what the code says; else: npm run docs", (path, make) => {
  const text = readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
  expect(make(text)).toBe(text);
});
