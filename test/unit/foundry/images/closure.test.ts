import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { productionClosure } from "../../../../src/foundry/images/closure.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "mesos-lab-closure-"));
});
afterEach(() => rm(dir, { recursive: true }));

async function install(path: string, manifest: object): Promise<void> {
  await mkdir(join(dir, path), { recursive: true });
  await writeFile(join(dir, path, "package.json"), JSON.stringify(manifest));
}

const targets = async (root: string) => (await productionClosure(join(dir, root))).map(({ to }) => to);

test("dependencies of dependencies are found, development ones are not, and a nested version stays nested", async () => {
  await install("app", { dependencies: { a: "1", "@s/b": "1" }, devDependencies: { tool: "1" } });
  await install("app/node_modules/a", { dependencies: { c: "1" }, optionalDependencies: { absent: "1" } });
  await install("app/node_modules/a/node_modules/c", {});
  await install("app/node_modules/@s/b", { dependencies: { c: "2" } });
  await install("app/node_modules/c", {});
  await install("app/node_modules/tool", {});
  expect(await targets("app")).toEqual([
    "node_modules/@s/b",
    "node_modules/a",
    "node_modules/a/node_modules/c",
    "node_modules/c",
  ]);
});

test("packages beside the program, as npx installs them, go to the same place", async () => {
  await install("node_modules/app", { dependencies: { a: "1" } });
  await install("node_modules/a", {});
  expect(await targets("node_modules/app")).toEqual(["node_modules/a"]);
});

test("a package that is not installed is named", async () => {
  await install("app", { dependencies: { gone: "1" } });
  await expect(targets("app")).rejects.toThrow("gone is not installed");
});
