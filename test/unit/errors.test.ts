import { describe, expect, it } from "vitest";
import { type ExitCode, exitCodes, formatError, LabError } from "../../src/errors.ts";

describe("formatError", () => {
  it.each([
    ["preflight", true],
    ["tool", true],
    ["verify", true],
    ["usage", false],
    ["interrupted", false],
  ] as const)("ends a failure of the kind %s with doctor: %s", (kind, points) => {
    const exitCode: ExitCode = exitCodes[kind];
    const text = formatError(new LabError("it broke", { exitCode, remedy: ["mend it"] }));
    const ending = points ? "\n  try: npx mesos-lab doctor" : "";
    expect(text).toBe(`✖ it broke\n  try: mend it${ending}`);
  });
});
