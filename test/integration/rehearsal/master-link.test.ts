import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { parseResources } from "../../../src/rehearsal/mesos/resources.ts";
import { MasterLink } from "../../../src/rehearsal/mesos-agent/master-link.ts";
import { until } from "../../helpers/eventually.ts";

test("an agent that was taken in waits no longer for the next time: its back-off begins anew", async () => {
  let registrations = 0;
  const master = createServer((request, response) => {
    request.resume();
    registrations += 1;
    const record = JSON.stringify({ type: "REGISTERED", agentId: "S0", silenceMs: 600_000 });
    response.end(`${record.length}\n${record}`);
  });
  master.listen(0, "127.0.0.1");
  await once(master, "listening");
  const link = new MasterLink({
    registration: () => ({
      ...{ hostname: "127.0.0.1", ip: "127.0.0.1", port: 5051, attributes: {}, tasks: [] },
      resources: parseResources("cpus:1"),
    }),
    onMessage: () => {},
    backoffMs: 10,
    log: () => {},
  });
  try {
    link.follow({ address: `127.0.0.1:${(master.address() as AddressInfo).port}`, id: "one" });
    // One that doubles would take some quarter of an hour for so many.
    expect(await until("it comes again and again", () => registrations >= 30)).toBe(true);
  } finally {
    link.close();
    master.closeAllConnections();
    await new Promise((resolve) => master.close(resolve));
  }
});
