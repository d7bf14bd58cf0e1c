import { isNamedAfter } from "../../demo/server-names.ts";
import type { Of } from "./event.ts";

/** Where a way in leads: the addresses of tasks that its servers are, and the names of servers that are none. */
export function leadsTo(
  servers: readonly string[],
  tasks: readonly Pick<Of<"task">, "address">[],
): readonly string[] {
  const addresses = servers.map((server) => {
    const task = tasks.find(({ address }) => isNamedAfter(server, address));
    return task?.address ?? server;
  });
  return [...new Set(addresses)].sort();
}
