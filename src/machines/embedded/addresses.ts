import { services } from "../../lab/catalogue/index.ts";
import type { ServicePort } from "../../lab/catalogue/service.ts";
import { type Lab, type Machine, type PortName, portsOf, type ServiceName } from "../../lab/model.ts";
import { hasZookeeper } from "../../lab/runs.ts";

/** What happens when a port of an address is taken for a try: `no-address` where this host has no such address. */
export type Bindable = "free" | "taken" | "not-allowed" | "no-address";
export type TryBind = (ip: string, port: number, over?: "tcp" | "udp") => Promise<Bindable>;

/** As far as a free port is looked for, from the one that is wanted. */
const searched = 2_000;

/**
 * The lab at addresses of this host: 192.168.33.18 becomes 127.0.33.18, or 127.0.0.1 where there is no other loopback
 * address (then every port of the lab differs from the others). Ports that are taken, or that need root, are replaced
 * by free ones.
 * @param before a shape of this lab that runs: what has an address or a port there keeps it, where neither is described anew.
 */
export async function settleAddresses<L extends Lab>(lab: L, tryBind: TryBind, before?: Lab): Promise<L> {
  const known = new Map(before?.machines.map((machine) => [machine.name, machine]));
  const wanted = lab.machines.map((machine) => loopbackOf(machine.ip));
  const hasThem = (await Promise.all(wanted.map((ip) => tryBind(ip, 0)))).every((found) => found === "free");
  const used = new Set<string>();
  const machines: Machine[] = [];
  for (const [index, { ports: _, ...machine }] of lab.machines.entries()) {
    const described = portsOf(lab, machine);
    const ip = hasThem ? (wanted[index] ?? "127.0.0.1") : "127.0.0.1";
    const old = known.get(machine.name);
    const stays = old?.ip === ip ? old : undefined;
    const ports: { [Name in PortName]?: number } = {};
    for (const { name, udp } of machine.services.flatMap((service) => portsFor(lab, service))) {
      const moved = before?.ports[name] === described[name] ? stays?.ports?.[name] : undefined;
      const port = await freePort(moved ?? described[name], async (candidate) => {
        if (used.has(`${ip}:${candidate}`)) return false;
        if (udp && (await tryBind(ip, candidate, "udp")) !== "free") return false;
        return (await tryBind(ip, candidate)) === "free";
      });
      used.add(`${ip}:${port}`);
      if (port !== described[name]) ports[name] = port;
    }
    machines.push({ ...machine, ip, ...(Object.keys(ports).length === 0 ? {} : { ports }) });
  }
  return { ...lab, machines };
}

/** Every `address:port` that a settled lab listens on. */
export function ownAddresses(lab: Lab): ReadonlySet<string> {
  return new Set(
    lab.machines.flatMap((machine) =>
      machine.services
        .flatMap((service) => portsFor(lab, service))
        .map(({ name }) => `${machine.ip}:${portsOf(lab, machine)[name]}`),
    ),
  );
}

type NamedPort = ServicePort & { readonly name: PortName };

/** What a service listens on here: a store in ZooKeeper's place on nothing. */
function portsFor(lab: Lab, service: ServiceName): readonly NamedPort[] {
  if (service === "zookeeper" && !hasZookeeper(lab)) return [];
  return services[service].ports.filter((port): port is NamedPort => port.name !== undefined);
}

/** 127.0.33.18 for 192.168.33.18: the two numbers that tell machines of a lab, and labs, apart. */
export function loopbackOf(ip: string): string {
  return ip.startsWith("127.") ? ip : ip.replace(/^\d+\.\d+\./, "127.0.");
}

async function freePort(wanted: number, isFree: (port: number) => Promise<boolean>): Promise<number> {
  if (await isFree(wanted)) return wanted;
  // 8080 for 80: a number that is easy to remember, and needs no root.
  const first = wanted < 1_024 ? wanted + 8_000 : wanted + 1;
  for (let port = first; port < Math.min(first + searched, 65_536); port += 1)
    if (await isFree(port)) return port;
  return wanted;
}

/** In words, where the lab is not at the tutorial's ports: `master: haproxy 8081 instead of 80`. */
export function movedPorts(lab: Lab): string[] {
  return lab.machines.flatMap(({ ports, ...machine }) =>
    Object.entries(ports ?? {}).map(
      ([name, port]) =>
        `${machine.name}: ${name} ${port} instead of ${portsOf(lab, machine)[name as PortName]}`,
    ),
  );
}
