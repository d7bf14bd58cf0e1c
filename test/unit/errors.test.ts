import { expect, test } from "vitest";
import { exitCodes, formatError, LabError } from "../../src/errors.ts";

test("what happened, the facts, what to do", () => {
  const error = new LabError("Vagrant could not start the machines", {
    exitCode: 4,
    details: ["one\ntwo", "log: /x.log"],
    remedy: ["look", "npx mesos-lab create"],
  });
  expect(formatError(error)).toBe(
    "✖ Vagrant could not start the machines\n  one\n  two\n  log: /x.log\n  try: look\n  try: npx mesos-lab create\n  try: npx mesos-lab doctor",
  );
});

test("the cause only on request", () => {
  const cause = new Error("deeper");
  const error = new LabError("oh", { exitCode: 4, cause });
  const short = "✖ oh\n  try: npx mesos-lab doctor";
  expect(formatError(error)).toBe(short);
  expect(formatError(error, true)).toBe(`${short}\n${cause.stack}`);
});

test.each([[new TypeError("x is not a function")], ["a text"], [undefined]])(
  "a fault of this tool: %s",
  (thrown) => {
    const text = formatError(thrown);
    expect(text).toMatch(/^✖ internal error, please report it\n/);
    expect(text).toContain(thrown instanceof Error ? thrown.stack : String(thrown));
  },
);

test.each([
  ["preflight", true],
  ["tool", true],
  ["verify", true],
  ["usage", false],
  ["interrupted", false],
] as const)("a failure of the kind %s ends with doctor: %s", (kind, points) => {
  const text = formatError(new LabError("it broke", { exitCode: exitCodes[kind], remedy: ["mend it"] }));
  expect(text).toBe(`✖ it broke\n  try: mend it${points ? "\n  try: npx mesos-lab doctor" : ""}`);
});
