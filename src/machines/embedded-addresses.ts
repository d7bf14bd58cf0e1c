import { type Lab, type Machine, type Ports, portsOf, type ServiceName } from "../lab/model.ts";

/** What happens when a port of an address is taken for a try: `no-address` where this host has no such address. */
export type Bindable = "free" | "taken" | "not-allowed" | "no-address";
export type TryBind = (ip: string, port: number) => Promise<Bindable>;

const portsByService: Partial<Record<ServiceName, readonly (keyof Ports)[]>> = {
  "mesos-master": ["mesosMaster"],
  "mesos-slave": ["mesosSlave"],
  marathon: ["marathon"],
  bamboo: ["bamboo", "haproxy"],
};

/** As far as a free port is looked for, from the one that is wanted. */
const searched = 2_000;

/**
 * The lab at addresses of this host: 192.168.33.18 becomes 127.0.33.18, or 127.0.0.1 where there is no other loopback
 * address (then every port of the lab differs from the others). Ports that are taken, or that need root, are replaced
 * by free ones.
 */
export async function settleAddresses(lab: Lab, tryBind: TryBind): Promise<Lab> {
  const wanted = lab.machines.map((machine) => loopbackOf(machine.ip));
  const hasThem = (await Promise.all(wanted.map((ip) => tryBind(ip, 0)))).every((found) => found === "free");
  const used = new Set<string>();
  const machines: Machine[] = [];
  for (const [index, { ports: _, ...machine }] of lab.machines.entries()) {
    const ip = hasThem ? (wanted[index] ?? "127.0.0.1") : "127.0.0.1";
    const ports: { -readonly [Name in keyof Ports]?: number } = {};
    for (const name of machine.services.flatMap((service) => portsByService[service] ?? [])) {
      const port = await freePort(lab.ports[name], async (candidate) => {
        if (used.has(`${ip}:${candidate}`)) return false;
        return (await tryBind(ip, candidate)) === "free";
      });
      used.add(`${ip}:${port}`);
      if (port !== lab.ports[name]) ports[name] = port;
    }
    machines.push({ ...machine, ip, ...(Object.keys(ports).length === 0 ? {} : { ports }) });
  }
  return { ...lab, machines };
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
export function movedPorts(lab: Lab): readonly string[] {
  return lab.machines.flatMap((machine) =>
    Object.entries(machine.ports ?? {}).map(
      ([name, port]) => `${machine.name}: ${name} ${port} instead of ${lab.ports[name as keyof Ports]}`,
    ),
  );
}

/** The ports that a lab's services listen on, as `ip:port`. */
export function listening(lab: Lab): readonly string[] {
  return lab.machines.flatMap((machine) =>
    machine.services.flatMap((service) =>
      (portsByService[service] ?? []).map((name) => `${machine.ip}:${portsOf(lab, machine)[name]}`),
    ),
  );
}
