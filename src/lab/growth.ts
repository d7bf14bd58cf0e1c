import { slaveNumber } from "./catalogue/addresses.ts";
import { effective } from "./catalogue/container.ts";
import { entryOf } from "./catalogue/index.ts";
import { type Lab, type Machine, machinesWith, type Part, partsOf, type ServiceName } from "./model.ts";
import { hasZookeeper } from "./runs.ts";

/** What becomes of a lab that is there when it is described anew: machines are the same by their names. */
export interface Growth {
  readonly added: readonly Machine[];
  readonly removed: readonly Machine[];
  /** Services of machines that stay. */
  readonly started: readonly Part[];
  readonly ended: readonly Part[];
  /** Services that are made anew, as what they are told has changed. */
  readonly restarted: readonly { readonly part: Part; readonly why: string }[];
}

export function growthOf(before: Lab, now: Lab): Growth {
  const [was, is] = [byName(before), byName(now)];
  const stays = ({ machine }: Part) => was.has(machine.name) && is.has(machine.name);
  const runs = (machine: Machine | undefined, service: ServiceName) =>
    machine?.services.includes(service) ?? false;
  const parts = partsOf(now).filter(stays);
  return {
    added: now.machines.filter(({ name }) => !was.has(name)),
    removed: before.machines.filter(({ name }) => !is.has(name)),
    started: parts.filter(({ service, machine }) => !runs(was.get(machine.name), service)),
    ended: partsOf(before)
      .filter(stays)
      .filter(({ service, machine }) => !runs(is.get(machine.name), service)),
    restarted: parts.flatMap((part) => {
      const old = was.get(part.machine.name);
      if (old === undefined || !old.services.includes(part.service)) return [];
      const why = told(before, { ...part, machine: old }, now, part);
      return why === undefined ? [] : [{ part, why }];
    }),
  };
}

function byName({ machines }: Lab): ReadonlyMap<string, Machine> {
  return new Map(machines.map((machine) => [machine.name, machine]));
}

/** Which of its settings differ, in words; undefined where none does. */
function told(before: Lab, old: Part, now: Lab, part: Part): string | undefined {
  const [was, is] = [settingsOf(before, old), settingsOf(now, part)];
  const names = [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name));
  return names.length === 0
    ? undefined
    : names
        .map((name) => `${name} ${was.get(name) ?? "nothing"} becomes ${is.get(name) ?? "nothing"}`)
        .join(", ");
}

/** What its container is told, by names as `docker run` has them. */
function settingsOf(lab: Lab, part: Part): ReadonlyMap<string, string> {
  const entry = entryOf(lab, part);
  if (entry === undefined) return new Map();
  const { env = {}, args = [], image, name, ports = [], volumes = [] } = effective(entry);
  return new Map([
    ...Object.entries(env),
    ...args.flatMap((word, index): [string, string][] =>
      word.startsWith("--") ? [[word, args[index + 1] ?? ""]] : [],
    ),
    ...Object.entries({ image, name, ports: ports.join(" "), volumes: volumes.join(" ") }),
  ]);
}

/** Lines for people: what is added, changed, removed, restarted, and why. */
export function growthLines(before: Lab, now: Lab): readonly string[] {
  const { added, removed, started, ended, restarted } = growthOf(before, now);
  const at = ({ service, machine }: Part) => `${service} on ${machine.name}`;
  return [
    ...added.map(({ name, ip, services }) => `add ${name} ${ip}: ${services.join(", ")}`),
    ...started.map((part) => `start ${at(part)}`),
    ...restarted.map(({ part, why }) => `restart ${at(part)}: ${why}`),
    ...ended.map((part) => `end ${at(part)}`),
    ...removed.map(({ name, ip, services }) => {
      const tasks = services.includes("mesos-slave") ? ", after its tasks have moved" : "";
      return `remove ${name} ${ip}: ${services.join(", ")}${tasks}`;
    }),
  ];
}

/**
 * The lab with the numbers that its slaves have: who stays keeps its own, who is new gets the lowest that is free.
 * @param left what has left `before` and is not released: what goes by its number is not free yet
 */
export function keepingNumbers<L extends Lab>(lab: L, before: Lab, left?: Lab): L {
  const known = new Map(
    [left, before].flatMap((one) =>
      one === undefined
        ? []
        : machinesWith(one, "mesos-slave").map((each) => [each.name, slaveNumber(one, each)] as const),
    ),
  );
  const slaves = machinesWith(lab, "mesos-slave");
  const used = new Set(known.values());
  const numbers = new Map<string, number>();
  for (const { name } of slaves) {
    let number = known.get(name) ?? 1;
    if (!known.has(name)) while (used.has(number)) number += 1;
    used.add(number);
    numbers.set(name, number);
  }
  // Where places tell the numbers, nothing need be kept.
  if (slaves.every(({ name }, index) => numbers.get(name) === index + 1)) return lab;
  return {
    ...lab,
    machines: lab.machines.map((machine) => {
      const number = numbers.get(machine.name);
      return number === undefined ? machine : { ...machine, slaveNumber: number };
    }),
  };
}

/** Whether the lab would have other ZooKeeper servers, and one of the two shapes has several: an ensemble keeps its members. */
export function changesEnsemble(before: Lab, now: Lab): boolean {
  if (!hasZookeeper(before)) return false;
  const [was, is] = [before, now].map((lab) => machinesWith(lab, "zookeeper").map(({ name }) => name));
  return Math.max(was?.length ?? 0, is?.length ?? 0) > 1 && JSON.stringify(was) !== JSON.stringify(is);
}

/**
 * The machines that a lab is to lose, in the lab of which they were, with only them in it; undefined where there are none.
 * @param left those that an earlier run has not released
 */
export function leavingMachines(before: Lab, left: Lab | undefined, now: Lab): Lab | undefined {
  const stays = new Set(now.machines.map(({ name }) => name));
  const machines = [
    ...before.machines.map((machine) => numbered(before, machine)),
    ...(left?.machines ?? []),
  ].filter(({ name }) => !stays.has(name));
  return machines.length === 0 ? undefined : { ...before, runs: runsOfBoth(before, left), machines };
}

/** The lab as it still is: with what was to leave it and has not been released. */
export function withLeaving(lab: Lab, leaving: Lab | undefined): Lab {
  if (leaving === undefined) return lab;
  return { ...lab, runs: runsOfBoth(lab, leaving), machines: [...lab.machines, ...leaving.machines] };
}

/** How the lab runs, with the ways to the hosts of both. */
function runsOfBoth({ runs }: Lab, left: Lab | undefined): Lab["runs"] {
  if (runs.kind !== "hosts" || left?.runs.kind !== "hosts") return runs;
  return { ...runs, ssh: { ...left.runs.ssh, ...runs.ssh } };
}

/** Its place among the slaves does not tell any more. */
function numbered(lab: Lab, machine: Machine): Machine {
  const isSlave = machine.services.includes("mesos-slave");
  return isSlave ? { ...machine, slaveNumber: slaveNumber(lab, machine) } : machine;
}
