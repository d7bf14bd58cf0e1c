import { expect, test } from "vitest";
import { clean } from "../../src/untrusted.ts";

test.each([
  ["two\r\nlines\tand\u00a0blanks", "two lines and blanks"],
  ["\u001b[31mred\u001b[0m\u001b]0;title\u0007", "red"],
  ["bell\u0007 nul\u0000 c1\u009b", "bell nul c1"],
  ["turn\u202eed \u200bround", "turned round"],
  ["日本語 stays", "日本語 stays"],
])("%j is shown as %j", (text, shown) => {
  expect(clean(text)).toBe(shown);
});

test("a text of megabytes is cut", () => {
  const shown = clean("x".repeat(5_000_000), 40);
  expect(shown).toHaveLength(40);
  expect(shown.endsWith("…")).toBe(true);
});
