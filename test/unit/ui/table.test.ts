import { expect, test } from "vitest";
import { paint, wantsColor } from "../../../src/ui/color.ts";
import { formatTable } from "../../../src/ui/table.ts";
import { cells, clip, wrap } from "../../../src/ui/text.ts";

test.each([
  ["plain", 5],
  ["安装环境", 8],
  ["한국어", 6],
  ["e\u0301te\u0301", 3],
  ["👩‍🔬!", 3],
  ["✔ ✖ →", 5],
  ["✔️", 2],
  ["ꥠ", 2],
  ["ﾊﾟ", 2],
  ["\u001b[31mred\u001b[39m", 3],
  ["", 0],
])("%j takes %i cells", (text, width) => {
  expect(cells(text)).toBe(width);
});

test.each([
  ["abcdef", 6, "abcdef"],
  ["abcdef", 5, "abcd…"],
  ["安装环境", 6, "安装…"],
  ["安装环境", 4, "安…"],
  ["安装环境", 7, "安装环…"],
  ["👩‍🔬👩‍🔬👩‍🔬", 4, "👩‍🔬…"],
  ["\u001b[31mabcdef\u001b[39m", 4, "\u001b[31mabc…\u001b[39m"],
  ["abc", 1, "…"],
  ["abc", 0, ""],
])("%j cut to %i is %j", (text, width, cut) => {
  expect(clip(text, width)).toBe(cut);
});

test.each([
  ["one two three", 7, ["one two", "three"]],
  ["unbreakable", 4, ["unbr", "eaka", "ble"]],
  ["a unbreakable b", 5, ["a unb", "reaka", "ble b"]],
  ["安装环境", 1, ["安", "装", "环", "境"]],
  ["", 10, [""]],
])("%j wrapped at %i", (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});

test("columns are aligned by cells, the last one is narrowed first", () => {
  const columns = [{ title: "名" }, { title: "n", align: "right" as const }, { title: "text" }];
  const rows = [
    ["安装", "7", "a long text that does not fit"],
    ["x", "1234", ""],
  ];
  expect(formatTable(columns, rows, { width: 24 })).toEqual([
    "名       n  text",
    "安装     7  a long text…",
    "x     1234",
  ]);
});

test("a header without titles is left out, and a tiny terminal still gets a table", () => {
  const columns = [{ title: "" }, { title: "" }];
  expect(formatTable(columns, [["abcdefghij", "klmnopqrst"]], { width: 3 })).toEqual(["abcde…  klmno…"]);
});

test.each([
  [true, {}, true],
  [true, { NO_COLOR: "1" }, false],
  [true, { NO_COLOR: "" }, true],
  [true, { TERM: "dumb" }, false],
  [undefined, {}, false],
])("a stream with isTTY %s and %j: colours %s", (isTTY, env, wanted) => {
  expect(wantsColor({ isTTY }, env)).toBe(wanted);
});

test("paint", () => {
  expect(paint(true, "red", "x")).toBe("\u001b[31mx\u001b[39m");
  expect(paint(false, "red", "x")).toBe("x");
});
