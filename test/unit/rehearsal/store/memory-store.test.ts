import { expect, test } from "vitest";
import { createMemoryTree } from "../../../../src/rehearsal/store/memory-store.ts";
import { eventually } from "../../../helpers/eventually.ts";

test("sessions share one tree; ephemeral nodes go with theirs, numbers are never used again", async () => {
  const open = createMemoryTree();
  const [one, two] = [open(), open()];
  expect(await one.createEphemeral("/m/member_", "a")).toBe("/m/member_0000000000");
  expect(await two.createEphemeral("/m/member_", "b")).toBe("/m/member_0000000001");
  const seen: string[][] = [];
  const stop = two.watchChildren("/m", (names) => seen.push(names));
  await eventually(() => expect(seen).toEqual([["member_0000000000", "member_0000000001"]]));
  let lost = 0;
  one.onSessionLost(() => {
    lost += 1;
  });
  one.expire();
  expect(lost).toBe(1);
  await eventually(() => expect(seen.at(-1)).toEqual(["member_0000000001"]));
  await expect(one.get("/m")).rejects.toThrow("the session with the store was lost");
  stop();
  expect(await open().createEphemeral("/m/member_", "c")).toBe("/m/member_0000000002");
  expect(seen).toHaveLength(2);
});

test("persistent nodes: parents are made, a node with children is not removed", async () => {
  const store = createMemoryTree()();
  await store.set("/a/b/c", "1");
  expect(await store.get("/a/b")).toBe("");
  expect(await store.children("/a")).toEqual(["b"]);
  await expect(store.remove("/a/b")).rejects.toThrow("not empty");
  expect([await store.remove("/a/b/c"), await store.remove("/a/b/c")]).toEqual([true, false]);
  await store.set("/top", "2");
  expect(await store.children("/")).toEqual(["a", "top"]);
});
