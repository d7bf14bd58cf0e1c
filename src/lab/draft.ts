import { defaultPorts, isDiscovery } from "./catalogue/index.ts";
import { portBesideBamboo } from "./catalogue/marathon-lb.ts";
import { usualMachines } from "./defaults.ts";
import { placeDiscovery } from "./discovery.ts";
import { type FlagValues, flagText } from "./flags.ts";
import type { DiscoveryName, Ports, ServiceName } from "./model.ts";
import { type Path, pathText } from "./problems.ts";

/** A value that keeps its own rule, and where it came from: the lab file, a flag, or neither (a default). */
export interface Placed<T> {
  readonly value: T;
  readonly path: Path;
  readonly from: "file" | "flag" | "default";
  /** How a message names it: `machines[1].ip`, `--slave-ip 10.0.0.5`. */
  readonly label: string;
}

/** A machine as far as it is known; what broke its own rule is missing. */
export interface MachineDraft {
  name?: Placed<string> | undefined;
  ip?: Placed<string> | undefined;
  /** How SSH gets there: a host of the user's ssh config, or what else is said of it. */
  sshAlias?: Placed<string> | undefined;
  ssh: readonly Placed<unknown>[];
  services: readonly Placed<ServiceName>[];
  /** Every entry of `services` is known. */
  complete: boolean;
}

/** The values that have to fit each other, each of them right by itself. */
export interface Draft {
  /** Undefined where the file's list of machines is no list. */
  readonly machines: readonly MachineDraft[] | undefined;
  readonly ports: { readonly [P in keyof Ports]: Placed<number> | undefined };
  /** The Mesos that the lab joins; absent where it makes one. */
  readonly joined: Placed<string> | undefined;
  /** Both address flags change the same machine. */
  readonly sharedIp: { readonly label: string; readonly machine: string } | undefined;
}

/** What does not fit: said of `at`, or of the file's `machines` as a whole. */
export interface Clash {
  readonly at?: Placed<unknown>;
  /** Stands for itself: neither place nor value goes before it. */
  readonly text: string;
}

/** A value of the lab file: `given` whether it is there at all, `value` only where it keeps its rule. */
export type Lookup = (path: Path) => { given: boolean; value?: unknown };

const sshKeys = ["host", "user", "port", "identityFile", "proxyJump"] as const;

export function draftLab(lookup: Lookup, flags: FlagValues): Draft {
  const placed = <T>(path: Path, fallback?: T): Placed<T> | undefined => {
    const { given, value } = lookup(path);
    if (given) return value === undefined ? undefined : place("file", path, value as T);
    return fallback === undefined ? undefined : place("default", path, fallback);
  };
  const joined = joinedMesos(lookup, flags);
  const usual = usualMachines(joined !== undefined);
  const list = lookup(["machines"]);
  const count = Array.isArray(list.value) ? list.value.length : list.given ? undefined : usual.length;
  const machines =
    count === undefined
      ? undefined
      : Array.from({ length: count }, (_, index): MachineDraft => {
          const fallback = list.given ? undefined : usual[index];
          const own: Path = ["machines", index];
          const services = lookup([...own, "services"]).value ?? fallback?.services;
          const entries = Array.isArray(services) ? services : [];
          const known = entries
            .map((_, i) => placed<ServiceName>([...own, "services", i], fallback?.services[i]))
            .filter((service) => service !== undefined);
          return {
            name: placed([...own, "name"], fallback?.name),
            ip: placed([...own, "ip"], fallback?.ip),
            sshAlias: placed([...own, "ssh", "alias"]),
            ssh: sshKeys.map((key) => placed([...own, "ssh", key])).filter((value) => value !== undefined),
            services: known,
            complete: entries.length > 0 && known.length === entries.length,
          };
        });
  if (machines !== undefined) applyDiscovery(machines, wantedDiscovery(lookup, flags));
  const ports = Object.fromEntries(
    Object.entries(defaultPorts).map(([name, port]) => [name, placed(["ports", name], port)]),
  ) as { -readonly [P in keyof Ports]: Placed<number> | undefined };
  if (ports.haproxy?.value === defaultPorts.marathonLb && machines?.some(bothProxies))
    ports.marathonLb = placed(["ports", "marathonLb"], portBesideBamboo);
  return { machines, ports, joined, sharedIp: machines && applyAddresses(machines, flags, joined) };
}

/** Said by flag or file; that of the file also where it breaks its own rule, since then a Mesos is meant all the same. */
function joinedMesos(lookup: Lookup, flags: FlagValues): Placed<string> | undefined {
  if ("mesos" in flags) {
    const value = flags.mesos ?? "";
    return { value, path: ["mesos"], from: "flag", label: flagText("mesos", value) };
  }
  if (!lookup(["mesos"]).given) return undefined;
  return place("file", ["mesos", "zk"], String(lookup(["mesos", "zk"]).value ?? ""));
}

function applyAddresses(
  machines: readonly MachineDraft[],
  flags: FlagValues,
  joined: Draft["joined"],
): Draft["sharedIp"] {
  const indexOf = (service: ServiceName) =>
    machines.findIndex(({ services }) => services.some(({ value }) => value === service));
  const master = joined === undefined ? "mesos-master" : "marathon";
  const targets = { masterIp: indexOf(master), slaveIp: indexOf("mesos-slave") };
  for (const flag of ["masterIp", "slaveIp"] as const) {
    const machine = machines[targets[flag]];
    if (!(flag in flags) || machine === undefined) continue;
    const value = flags[flag];
    const path: Path = ["machines", targets[flag], "ip"];
    machine.ip =
      value === undefined ? undefined : { value, path, from: "flag", label: flagText(flag, value) };
  }
  const { masterIp, slaveIp } = flags;
  const clash = targets.masterIp === targets.slaveIp && targets.masterIp >= 0;
  if (!clash || masterIp === undefined || slaveIp === undefined || masterIp === slaveIp) return undefined;
  return { label: flagText("slaveIp", slaveIp), machine: pathText(["machines", targets.slaveIp]) };
}

/** The methods that flags or file ask for; undefined where neither does, or one of them is unknown. */
function wantedDiscovery(lookup: Lookup, flags: FlagValues): readonly Placed<DiscoveryName>[] | undefined {
  if ("discovery" in flags)
    return flags.discovery?.map((value) => ({
      value,
      path: ["discovery"],
      from: "flag",
      label: flagText("discovery", value),
    }));
  const { value } = lookup(["discovery"]);
  if (!Array.isArray(value)) return undefined;
  const entries = value.map((_, index) => lookup(["discovery", index]).value as DiscoveryName | undefined);
  return entries.flatMap((name, index) =>
    name === undefined ? [] : [place("file", ["discovery", index], name)],
  );
}

function applyDiscovery(
  machines: readonly MachineDraft[],
  wanted: readonly Placed<DiscoveryName>[] | undefined,
): void {
  if (wanted === undefined) return;
  const places = placeDiscovery(
    machines.map(({ services }) => services.map(({ value }) => value)),
    wanted.map(({ value }) => value),
  );
  for (const [index, { dropped, added }] of places.entries()) {
    const machine = machines[index];
    if (machine === undefined) continue;
    const kept = machine.services.filter(({ value }) => !isDiscovery(value) || !dropped.includes(value));
    machine.services = [...kept, ...wanted.filter(({ value }) => added.includes(value))];
  }
}

function bothProxies({ services }: MachineDraft): boolean {
  const names = services.map(({ value }) => value);
  return names.includes("bamboo") && names.includes("marathon-lb");
}

function place<T>(from: "file" | "default", path: Path, value: T): Placed<T> {
  return { value, path, from, label: from === "file" ? pathText(path) : `the default ${pathText(path)}` };
}
