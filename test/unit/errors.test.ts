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

const fault = new TypeError("x is not a function");

test.each([
  ["an Error", fault, fault.stack],
  ["an Error without a stack", Object.assign(new Error("bare"), { stack: undefined }), "bare"],
  ["an Error with an empty stack", Object.assign(new Error("bare"), { stack: "" }), "bare"],
  ["an object", { message: "no Error" }, "{ message: 'no Error' }"],
  ["an object without a prototype", Object.create(null), "[Object: null prototype] {}"],
  ["a text", "a text", "a text"],
  ["null", null, "null"],
  ["nothing", undefined, "undefined"],
  ["a symbol", Symbol("s"), "Symbol(s)"],
  ["escapes in its message", "\u001b]0;x\u0007\u001b[2Jred", "red"],
])("a fault of this tool: %s", (_, thrown, said) => {
  expect(formatError(thrown)).toBe(`✖ internal error, please report it\n${said}\n  error: internal-error`);
});

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
