import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exitCodes, formatError, LabError } from "../../src/errors.ts";
import { parseLab } from "../../src/lab/parse.ts";

// Every errors/*.yaml is a lab file that must be refused; the .txt beside it is what the user reads.
const folder = new URL("errors/", import.meta.url);
const cases = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

test.each(cases)("%s", async (name) => {
  const text = readFileSync(new URL(name, folder), "utf8");
  const error = failure(() => parseLab({ text, file: "mesos-lab.yaml" }, {}));
  expect(error).toBeInstanceOf(LabError);
  expect((error as LabError).exitCode).toBe(exitCodes.usage);
  await expect(`${formatError(error)}\n`).toMatchFileSnapshot(`errors/${name.replace(/\.yaml$/, ".txt")}`);
});

test("every error text belongs to a lab file", () => {
  const texts = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  expect(texts.filter((name) => !cases.includes(name.replace(/\.txt$/, ".yaml")))).toEqual([]);
});

function failure(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
