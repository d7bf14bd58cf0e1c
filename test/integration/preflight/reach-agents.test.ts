import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { unreachableAgents } from "../../../src/machines/joined/reach-agents.ts";

test("agents of a Mesos that cannot be reached where their tasks would be are told", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const agent = (id: string, active: boolean) => ({
    ...{ id, active, hostname: "127.0.0.1" },
    pid: `slave(1)@127.0.0.1:${port}`,
  });
  const state = { version: "1.11.0", pid: "", activated_slaves: 1, frameworks: [] };
  const { signal } = new AbortController();
  try {
    expect(await unreachableAgents({ ...state, slaves: [agent("a", true)] }, signal)).toEqual([]);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  const slaves = [agent("a", true), agent("away", false)];
  expect(await unreachableAgents({ ...state, slaves }, signal)).toEqual([
    `127.0.0.1:${port}: connection refused`,
  ]);
});
