import { expect, test } from "vitest";
import type { LabError } from "../../../src/errors.ts";
import type { Machine } from "../../../src/lab/model.ts";
import { failedOn } from "../../../src/machines/docker-ssh/fleet.ts";
import { run } from "../../../src/tools/exec.ts";

/** What is told of a program that failed on a machine: the machine, and a command that can be typed. */

const master = { name: "master" } as Machine;
const told = async (args: readonly string[], options: Parameters<typeof run>[1] = {}) =>
  run({ file: "sh", args }, options).then(
    () => expect.unreachable(),
    (error: unknown) => {
      const { message, remedy } = failedOn(master, error) as LabError;
      return { message, remedy };
    },
  );
const message = "on master: sh failed with exit code 3";

test("a command is the next command", async () => {
  expect(await told(["-c", "exit 3"])).toEqual({ message, remedy: ["sh -c 'exit 3'"] });
});

test.each([
  { what: "of many lines", args: ["-c", "true\nexit 3"], options: {} },
  { what: "that is given its input", args: ["-s"], options: { input: "exit 3" } },
])("of a program $what the machine is", async ({ args, options }) => {
  expect(await told(args, options)).toEqual({ message, remedy: ["npx mesos-lab ssh master"] });
});
