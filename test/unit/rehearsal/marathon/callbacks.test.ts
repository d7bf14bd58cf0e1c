import { expect, test } from "vitest";
import { EventBus } from "../../../../src/rehearsal/marathon/events/event-bus.ts";
import { HttpCallbacks } from "../../../../src/rehearsal/marathon/events/http-callbacks.ts";
import { createMemoryTree } from "../../../../src/rehearsal/store/memory-store.ts";

const node = "/state/subscribers";

test("subscribers that come and go at once are all kept, in memory and in the store", async () => {
  const store = createMemoryTree()();
  const callbacks = new HttpCallbacks(store, node, new EventBus(), () => {});
  await callbacks.subscribe("http://old/");
  await Promise.all([
    ...["http://a/", "http://b/", "http://c/", "http://a/"].map((url) => callbacks.subscribe(url)),
    callbacks.unsubscribe("http://old/"),
  ]);
  expect(callbacks.list()).toEqual(["http://a/", "http://b/", "http://c/"]);
  expect(JSON.parse((await store.get(node)) ?? "")).toEqual(callbacks.list());
  callbacks.close();
});

test("a list that cannot be kept is told to who asked, and the next is kept all the same", async () => {
  const store = createMemoryTree()();
  const callbacks = new HttpCallbacks(store, node, new EventBus(), () => {});
  const set = store.set.bind(store);
  store.set = () => Promise.reject(new Error("no ZooKeeper"));
  await expect(callbacks.subscribe("http://a/")).rejects.toThrow("no ZooKeeper");
  store.set = set;
  await callbacks.subscribe("http://b/");
  expect(callbacks.list()).toEqual(["http://b/"]);
  callbacks.close();
});
