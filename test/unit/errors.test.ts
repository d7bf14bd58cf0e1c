import { expect, test } from "vitest";
import { formatError, LabError } from "../../src/errors.ts";

test("what happened, the facts, what to do", () => {
  const error = new LabError("Vagrant could not start the machines", {
    exitCode: 4,
    details: ["one\ntwo", "log: /x.log"],
    remedy: ["look", "npx mesos-lab create"],
  });
  expect(formatError(error)).toBe(
    "✖ Vagrant could not start the machines\n  one\n  two\n  log: /x.log\n  try: look\n  try: npx mesos-lab create",
  );
});

test("the cause only on request", () => {
  const cause = new Error("deeper");
  const error = new LabError("oh", { exitCode: 4, cause });
  expect(formatError(error)).toBe("✖ oh");
  expect(formatError(error, true)).toBe(`✖ oh\n${cause.stack}`);
});

test.each([[new TypeError("x is not a function")], ["a text"], [undefined]])(
  "a fault of this tool: %s",
  (thrown) => {
    const text = formatError(thrown);
    expect(text).toMatch(/^✖ internal error, please report it\n/);
    expect(text).toContain(thrown instanceof Error ? thrown.stack : String(thrown));
  },
);
