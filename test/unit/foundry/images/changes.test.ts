import { expect, test } from "vitest";
import { changedPaths } from "../../../../src/foundry/images/changes.ts";

const before = new Map([
  ["etc", 1n],
  ["etc/passwd", 1n],
  ["var/log/old", 1n],
]);

test("a layer holds what is new or changed, without the build's own state", () => {
  const after = new Map([
    ["etc", 2n],
    ["etc/passwd", 1n],
    ["etc/new", 2n],
    ["var/log", 2n],
    ["var/log/apt.log", 2n],
    ["var/lib/dpkg/status-old", 2n],
    ["var/lib/apt/lists/mirror_Packages", 2n],
  ]);
  expect(changedPaths(before, after)).toEqual(["etc", "etc/new", "var/log"]);
});

test("a layer that removes a file is refused", () => {
  expect(() => changedPaths(before, new Map([["etc", 1n]]))).toThrow("removed etc/passwd");
});
