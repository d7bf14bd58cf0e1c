import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { StoreClient } from "../../../src/rehearsal/embedded/store-client.ts";
import { openFileStore } from "../../../src/rehearsal/embedded/store-file.ts";
import type { FromStore } from "../../../src/rehearsal/embedded/store-messages.ts";
import { StoreServer } from "../../../src/rehearsal/embedded/store-server.ts";
import { createMemoryTree } from "../../../src/rehearsal/store/memory-store.ts";
import { eventually } from "../../helpers/eventually.ts";

/** A process with a channel to the launcher: what goes over it is JSON. */
function connect(open: ReturnType<typeof createMemoryTree>) {
  const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value));
  let frozen = false;
  const unread: FromStore[] = [];
  const client: StoreClient = new StoreClient((message) => frozen || server.receive(copy(message)));
  const server: StoreServer = new StoreServer(open, (message) => {
    if (frozen) unread.push(copy(message));
    else client.receive(copy(message));
  });
  /** A process that stands still says nothing, and reads what it was told when it goes on. */
  const freeze = (still: boolean) => {
    frozen = still;
    if (!still) for (const message of unread.splice(0)) client.receive(message);
  };
  return { client, freeze, end: () => server.end() };
}

test("two processes share the launcher's store; what one was holds ends with it", async () => {
  const open = createMemoryTree();
  const [one, two] = [connect(open), connect(open)];
  const [first, second] = [one.client.open(), two.client.open()];
  await first.set("/a", "1");
  expect([await second.get("/a"), await second.get("/b"), await second.children("/")]).toEqual([
    "1",
    undefined,
    ["a"],
  ]);
  const seen: string[][] = [];
  second.watchChildren("/m", (names) => seen.push(names));
  expect(await first.createEphemeral("/m/x_", "me")).toBe("/m/x_0000000000");
  await eventually(() => expect(seen.at(-1)).toEqual(["x_0000000000"]));
  one.end();
  await eventually(() => expect(seen.at(-1)).toEqual([]));
  await second.set("/p/child", "");
  await expect(second.remove("/p")).rejects.toThrow("/p is not empty");
  await second.close();
});

test("a process that is silent for too long loses what it was holding, and hears of it when it goes on", async () => {
  vi.useFakeTimers();
  try {
    const open = createMemoryTree();
    const [one, two] = [connect(open), connect(open)];
    const [first, second] = [one.client.open(), two.client.open()];
    const lost: string[] = [];
    first.onSessionLost(() => lost.push("first"));
    second.onSessionLost(() => lost.push("second"));
    await first.createEphemeral("/m/x_", "me");
    await vi.advanceTimersByTimeAsync(60_000);
    expect([await second.children("/m"), lost]).toEqual([["x_0000000000"], []]);
    one.freeze(true);
    await vi.advanceTimersByTimeAsync(12_000);
    expect([await second.children("/m"), lost]).toEqual([[], []]);
    one.freeze(false);
    expect(lost).toEqual(["first"]);
    await expect(first.get("/m")).rejects.toThrow("the session is over");
    await first.close();
    one.end();
    two.end();
  } finally {
    vi.useRealTimers();
  }
});

test("the store's file keeps what is to outlive the launcher, whatever the last line is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "store-"));
  try {
    const path = join(folder, "store.jsonl");
    const before = openFileStore(path);
    const session = before.openSession();
    await session.set("/apps/a", "1");
    await session.set("/apps/a", "2");
    await session.set("/apps/b", "1");
    await session.remove("/apps/b");
    await session.createEphemeral("/leader/x_", "me");
    before.close();
    appendFileSync(path, '["/apps/c","ha');
    const after = openFileStore(path);
    const next = after.openSession();
    expect(await next.get("/apps/a")).toBe("2");
    expect([await next.children("/apps"), await next.children("/leader")]).toEqual([["a"], []]);
    after.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
