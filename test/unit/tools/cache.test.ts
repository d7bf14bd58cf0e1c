import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  contentKey,
  defaultCacheDir,
  makeOnce,
  withCacheLock,
  withStaging,
} from "../../../src/tools/cache.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "mesos-lab-cache-"));
});
afterEach(() => rm(dir, { recursive: true }));

test("the cache is where the desktop standard puts it", () => {
  expect(defaultCacheDir({ XDG_CACHE_HOME: "/c" })).toBe("/c/mesos-lab");
  expect(defaultCacheDir({})).toMatch(/\/\.cache\/mesos-lab$/);
});

test("a key changes with anything in it", () => {
  expect(contentKey(["a", { b: 1 }])).toBe(contentKey(["a", { b: 1 }]));
  expect(contentKey(["a", { b: 1 }])).not.toBe(contentKey(["a", { b: 2 }]));
});

test("a thing is made once, and a failed attempt leaves nothing", async () => {
  const path = join(dir, "sub", "thing");
  const half = async (temporary: string) => {
    await writeFile(temporary, "half");
    throw new Error("interrupted");
  };
  await expect(makeOnce(path, half)).rejects.toThrow("interrupted");
  expect(await readdir(join(dir, "sub"))).toEqual([]);
  expect(await makeOnce(path, (temporary) => writeFile(temporary, "whole"))).toBe(true);
  expect(await makeOnce(path, half)).toBe(false);
  expect(await readFile(path, "utf8")).toBe("whole");
});

test("staging is gone after a failure", async () => {
  const failing = withStaging(dir, async (staging) => {
    await writeFile(join(staging, "file"), "");
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await readdir(join(dir, "staging"))).toEqual([]);
});

test("a second build says that one is under way", async () => {
  await withCacheLock(dir, async () => {
    await expect(withCacheLock(dir, async () => {})).rejects.toThrow("another mesos-lab is building");
  });
  await withCacheLock(dir, async () => {});
});
