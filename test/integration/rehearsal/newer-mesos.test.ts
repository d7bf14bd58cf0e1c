import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { MesosClient } from "../../../src/rehearsal/marathon/tasks/mesos-client.ts";
import { fetchState } from "../../../src/rehearsal/mesos-dns/source.ts";
import { fakeMesosMaster } from "../../helpers/fake-mesos-master.ts";

/** What masters of 1.0 and later do, and 0.24.1 does not: the stand-ins meet them where a lab joins a Mesos. */

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("Marathon follows a master that does not lead to the one that does, with its calls too", async () => {
  const leader = await fakeMesosMaster();
  const asked: string[] = [];
  const follower = await serve((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume();
    response.writeHead(307, { location: `//${leader.address}${request.url}` }).end();
  });
  const info = { user: "root", name: "marathon", failover_timeout: 10 };
  const client = await new Promise<MesosClient>((resolve) => {
    const one: MesosClient = new MesosClient(() => info, "scheduler-1@127.0.0.1:8080", {
      subscribed: (_id, master) => {
        expect(master).toBe(leader.address);
        resolve(one);
      },
      event: () => {},
      disconnected: () => {},
      log: () => {},
    });
    one.follow(follower);
  });
  try {
    expect(await client.call({ type: "REVIVE" })).toBe(true);
    expect(asked).toEqual(["POST /api/v1/scheduler"]);
    expect(leader.calls.map(({ type }) => type)).toEqual(["SUBSCRIBE", "REVIVE"]);
  } finally {
    client.close();
    await leader.close();
  }
});

test.each([
  ["0.24", "/master/state.json"],
  ["1.8", "/master/state"],
])("Mesos-DNS reads the state where Mesos %s has it", async (_, path) => {
  const address = await serve((request, response) => {
    if (request.url !== path) return response.writeHead(404).end();
    return response.end(JSON.stringify({ leader: `master@${address}`, slaves: [], frameworks: [] }));
  });
  const state = await fetchState([address], new AbortController().signal, 60_000);
  expect(state.leader).toBe(`master@${address}`);
});
