import { expect, test } from "vitest";
import { difference } from "../../../src/drills/routes.ts";

test.each([
  [["a:1"], ["a:1"], undefined],
  [["a:1"], ["b:2"], "b:2"],
  [["a:1"], ["a:1", "b:2", "c:3"], "b:2 c:3"],
  [["a:1", "b:2"], ["b:2"], "without a:1"],
  [["a:1"], [], "no server left"],
  [[], [], undefined],
])("from %j to %j: %s", (before, now, expected) => {
  expect(difference(before, now)).toBe(expected);
});
