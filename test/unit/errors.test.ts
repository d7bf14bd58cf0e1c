import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { errorIds } from "../../src/error-ids.ts";
import { formatError, LabError } from "../../src/errors.ts";

test("what happened, the facts, what to do", () => {
  const error = new LabError("machines-did-not-start", "Vagrant could not start the machines", {
    details: ["one\ntwo", "log: /x.log"],
    remedy: ["look", "npx mesos-lab create"],
  });
  expect(formatError(error)).toBe(
    "✖ Vagrant could not start the machines\n  one\n  two\n  log: /x.log\n  try: look\n  try: npx mesos-lab create\n  try: npx mesos-lab doctor\n  error: machines-did-not-start",
  );
});

test("the cause only on request", () => {
  const cause = new Error("deeper");
  const error = new LabError("program-failed", "oh", { cause });
  const short = "✖ oh\n  try: npx mesos-lab doctor\n  error: program-failed";
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
  ["host-not-ready", true],
  ["program-failed", true],
  ["lab-silent", true],
  ["lab-missing", false],
  ["interrupted", false],
] as const)("the failure %s ends with doctor: %s", (id, points) => {
  const text = formatError(new LabError(id, "it broke", { remedy: ["mend it"] }));
  expect(text).toBe(
    `✖ it broke\n  try: mend it${points ? "\n  try: npx mesos-lab doctor" : ""}\n  error: ${id}`,
  );
});

test("every id is one that something can end with", () => {
  const root = fileURLToPath(new URL("../../src", import.meta.url));
  const code = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && file !== "error-ids.ts")
    .map((file) => readFileSync(join(root, file), "utf8"))
    .join("\n");
  expect(
    Object.values(errorIds)
      .flat()
      .filter((id) => !code.includes(`"${id}"`) && !code.includes(`error: ${id}`)),
  ).toEqual([]);
});
