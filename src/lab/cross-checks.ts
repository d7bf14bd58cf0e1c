import { services } from "./catalogue/index.ts";
import type { Clash, Draft, MachineDraft, Placed } from "./draft.ts";
import { hostChecks } from "./host-checks.ts";
import { coreServiceNames, isOfMesos, type RunsOnName, type ServiceName, serviceNames } from "./model.ts";

/**
 * The rules between values. Values that break a rule of their own are left out of it.
 * @param runsOn where the lab is to run: a network that Vagrant makes has rules of its own.
 */
export function crossChecks(draft: Draft, runsOn: RunsOnName | "auto"): Clash[] {
  const machines = draft.machines ?? [];
  const clashes = [
    ...twice(machines.map(({ name }) => name)),
    ...twice(machines.map(({ ip }) => ip)),
    ...twice(machines.map(({ sshAlias }) => sshAlias)),
    ...machines.flatMap(({ services }) => twice(services)),
    ...(runsOn === "hosts" ? hostChecks(machines) : [...networks(machines), ...reserved(machines)]),
    ...machines.flatMap((machine) => portClashes(machine, draft.ports)),
    ...machines.flatMap(servicePortClashes),
    ...serviceCounts(draft),
    ...notJoined(draft),
  ];
  if (draft.sharedIp !== undefined) {
    const { label, machine } = draft.sharedIp;
    clashes.push({
      text: `${label}: --master-ip gives ${machine}, which is also the slave, another address`,
    });
  }
  return clashes;
}

/** Says it of the later value, unless that one is a default, which nobody wrote. */
function between(later: Placed<unknown>, earlier: Placed<unknown>, rule: string, why = ""): Clash {
  const [at, other] = later.from === "default" ? [earlier, later] : [later, earlier];
  return { at, text: `${rule} ${other.label}${why}` };
}

function twice(values: readonly (Placed<string> | undefined)[]): Clash[] {
  const first = new Map<string, Placed<string>>();
  const clashes: Clash[] = [];
  for (const placed of values) {
    if (placed === undefined) continue;
    const earlier = first.get(placed.value);
    if (earlier === undefined) first.set(placed.value, placed);
    else clashes.push(between(placed, earlier, "must not be the same as"));
  }
  return clashes;
}

function networks(machines: readonly MachineDraft[]): Clash[] {
  const network = (ip: string) => ip.slice(0, ip.lastIndexOf("."));
  const ips = machines.flatMap(({ ip }) => (ip === undefined ? [] : [ip]));
  const [first, ...others] = ips;
  if (first === undefined) return [];
  const strange = others.filter((ip) => network(ip.value) !== network(first.value));
  return strange.map((ip) => {
    const other = ip.from === "default" ? ip : first;
    const rule = `must be in one /24 network, ${network(other.value)}.x, with`;
    return between(ip, first, rule);
  });
}

/** Addresses that Vagrant's network and its host have. */
function reserved(machines: readonly MachineDraft[]): Clash[] {
  const text = "must not end in .0, .1 or .255: network, host (Vagrant refuses it) and broadcast address";
  return machines.flatMap(({ ip }) =>
    ip !== undefined && /\.(?:0|1|255)$/.test(ip.value) ? [{ at: ip, text }] : [],
  );
}

function portClashes(machine: MachineDraft, ports: Draft["ports"]): Clash[] {
  const runs = new Set(machine.services.map(({ value }) => value));
  const why = `: both are on ${machine.name === undefined ? "one machine" : `machine ${machine.name.value}`}`;
  const listened = serviceNames
    .filter((service) => runs.has(service))
    .flatMap((service) => services[service].ports);
  // What nobody can move comes first: it is the other one that has to go.
  const fixed = listened.filter((port) => port.fixed);
  const movable = listened.filter((port) => !port.fixed);
  const taken = [
    ...fixed.map(({ usual, of }) => atDefault(usual, `the port of ${of}`)),
    ...movable.flatMap(({ name }) => (name === undefined ? [] : (ports[name] ?? []))),
  ];
  return taken.flatMap((port, index) => {
    const earlier = taken.slice(0, index).find(({ value }) => value === port.value);
    return earlier === undefined ? [] : [between(port, earlier, "must differ from", why)];
  });
}

function atDefault(value: number, label: string): Placed<number> {
  return { value, path: ["ports"], from: "default", label };
}

/** Two HAProxys that offer every application under its service port cannot share an address. */
function servicePortClashes({ services }: MachineDraft): Clash[] {
  const bridge = services.find(({ value }) => value === "haproxy-marathon-bridge");
  const balancer = services.find(({ value }) => value === "marathon-lb");
  if (bridge === undefined || balancer === undefined) return [];
  const why = "both bind the applications' service ports";
  return [{ at: bridge, text: `must not be on one machine with marathon-lb: ${why}` }];
}

/** A lab that joins a Mesos has no masters and slaves of its own. */
function notJoined({ machines = [], joined }: Draft): Clash[] {
  if (joined === undefined) return [];
  return machines.flatMap(({ services }) =>
    services
      .filter(({ value }) => isOfMesos(value))
      .map((at) => ({ at, text: `must not be there with ${joined.label}: the lab joins that Mesos` })),
  );
}

/** Only where every service is known: a misspelt one is not also a missing one. */
function serviceCounts({ machines, joined }: Draft): Clash[] {
  if (machines === undefined || !machines.every(({ complete }) => complete)) return [];
  const all = machines.flatMap(({ services }) => [...new Set(services.map(({ value }) => value))]);
  const count = (name: ServiceName) => all.filter((value) => value === name).length;
  const wanted = coreServiceNames.filter((name) => joined === undefined || !isOfMesos(name));
  const missing = wanted.filter((name) => count(name) === 0);
  const clashes: Clash[] = missing.map((name) => ({
    text: `machines must run ${name} on at least one machine`,
  }));
  const keepers = count("zookeeper");
  if (keepers > 0 && keepers % 2 === 0)
    clashes.push({
      text: `machines must run an odd number of zookeeper, so that a majority can decide, and run ${keepers}`,
    });
  return clashes;
}
