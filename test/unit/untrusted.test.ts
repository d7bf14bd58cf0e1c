import { expect, test } from "vitest";
import { clean, cleanAll, cleanLines, forTerminal, jsonLine } from "../../src/untrusted.ts";

test.each([
  ["two\r\nlines\tand\u00a0blanks", "two lines and blanks"],
  ["\u001b[31mred\u001b[0m\u001b]0;title\u0007", "red"],
  ["bell\u0007 nul\u0000 c1\u009b", "bell nul c1"],
  ["turn\u202eed \u200bround", "turned round"],
  ["日本語 stays", "日本語 stays"],
  ["\u001b]8;;http://elsewhere/\u0007link\u001b]8;;\u0007", "link"],
  ["\u009b31mred\u2066\u2028end", "red end"],
  ["\ud800 alone", "alone"],
])("%j is shown as %j", (text, shown) => {
  expect(clean(text)).toBe(shown);
});

test("a text of megabytes is cut", () => {
  const shown = clean("x".repeat(5_000_000), 40);
  expect(shown).toHaveLength(40);
  expect(shown.endsWith("…")).toBe(true);
});

test("a cut does not leave half a character", () => {
  expect(clean("a".repeat(8) + "😀".repeat(9), 10)).toBe("aaaaaaaa…");
});

test("lines stay lines", () => {
  expect(cleanLines("one\r\n\ttwo\u001b[2J\n\u202ethree")).toBe("one\n  two\nthree");
});

test("all texts of plain data are cleaned, keys too", () => {
  const data = { "\u001b[31mkey": ["\u0007a", { deep: "b\u202e" }], count: 3, none: null, yes: true };
  expect(cleanAll(data)).toEqual({ key: ["a", { deep: "b" }], count: 3, none: null, yes: true });
  expect(cleanAll({ long: "x".repeat(50) }, 10)).toEqual({ long: `${"x".repeat(9)}…` });
});

test("JSON for a terminal holds nothing that it acts on, and is read back as it was", () => {
  const data = {
    detail: "\u007f \u0085 \u009b31m \u202e \u2028 \ufeff \u{e0001} \ud800 日本語 😀",
    "\u009b": 1,
  };
  const line = jsonLine(data);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may reach a terminal
  expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(line).toContain("日本語 😀");
  expect(JSON.parse(line)).toEqual(data);
});

test("what is printed keeps its lines and colours, and nothing else that a terminal acts on", () => {
  const own = "\u001b[1;32m✔\u001b[0m one\n\ttwo\r\n日本語";
  expect(forTerminal(own)).toBe(own);
  expect(forTerminal("a\u0000b\u0007\rc\u001b[2J\u009bd\u007f\u202e\u2028\ud800e\u001b]0;f")).toBe(
    "abc[2Jde]0;f",
  );
});
