import type { Of } from "./event.ts";

/** Proxies name their servers after tasks, each in its own way: `::tomcat-10.0.0.2-31000`, `10_0_0_2_31000`. */
const plain = (name: string) => name.replaceAll(/[^\da-z]/gi, "-");

/** Where a way in leads: the addresses of tasks that its servers are, and the names of servers that are none. */
export function leadsTo(
  servers: readonly string[],
  tasks: readonly Pick<Of<"task">, "address">[],
): readonly string[] {
  const addresses = servers.map((server) => {
    const task = tasks.find(({ address }) => `-${plain(server)}`.endsWith(`-${plain(address)}`));
    return task?.address ?? server;
  });
  return [...new Set(addresses)].sort();
}
