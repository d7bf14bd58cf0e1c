import { askLeadingMaster } from "../claims/leader.ts";
import { findApp } from "../demo/services.ts";
import { LabError } from "../errors.ts";
import { marathonUrl } from "../lab/catalogue/addresses.ts";
import type { Entry } from "../lab/catalogue/container.ts";
import { entriesOf } from "../lab/catalogue/index.ts";
import { discoveryOf } from "../lab/discovery.ts";
import { isAt, type Lab, type Machine, portsOf, type ServiceName } from "../lab/model.ts";
import { labContext, type ProbeContext } from "../probes/context.ts";
import { askInfo } from "../probes/marathon.ts";
import { ProbeError } from "../probes/probe-error.ts";
import { askZookeeper } from "../probes/zookeeper.ts";
import { type Drill, drills, holdMs } from "./catalogue.ts";
import type { DrillOptions } from "./options.ts";

/** What a drill breaks of a service. */
export interface Chosen {
  readonly entry: Entry;
  /** The machine that leads of several at this moment, where they have a leader. */
  readonly leader?: Machine;
}

/** For one answer of a lab that serves. */
const answerMs = 5_000;

/**
 * The one that the drill breaks: on the machine that the user names, else the one that leads at this moment, else (a slave
 * that is held for a while) the one with the app's task, else the first; undefined where it breaks no service.
 * @throws LabError `verify` where several elect a leader, and none leads.
 */
export async function chooseEntry(drill: Drill, options: DrillOptions): Promise<Chosen | undefined> {
  const { lab, on } = options;
  const entries = breakable(lab, drill, on);
  const [first] = entries;
  if (first === undefined) return undefined;
  const { service } = first;
  if (entriesOf(lab, service).length === 1) return { entry: first };
  const context = labContext(options.http, options.signal, answerMs);
  const leader = await leaderOf(service, lab, context);
  if (leader === undefined) {
    const host = holdMs(drill) > 0 && service === "mesos-slave" ? await hostOfApp(options) : undefined;
    return { entry: entries.find(({ machine }) => isAt(machine, host)) ?? first };
  }
  const leading = entries.find(({ machine }) => machine.name === leader.name);
  return { entry: leading ?? first, leader };
}

/** What the report tells of the choice; undefined where there was none. */
export function choiceInWords({ entry, leader }: Chosen): string | undefined {
  if (leader === undefined) return undefined;
  const { service, machine } = entry;
  return machine.name === leader.name
    ? `${service} on ${machine.name} led when it was broken.`
    : `${service} on ${leader.name} led when the one on ${machine.name} was broken.`;
}

/**
 * What of the drill's service may be broken: all, or that of the machine that the user names.
 * @throws LabError `usage` where the lab does not run it, or not there.
 */
export function breakable(lab: Lab, { name, breaks }: Drill, on: string | undefined): readonly Entry[] {
  if (!("service" in breaks)) {
    if (on === undefined) return [];
    throw new LabError(
      "flag-does-not-fit",
      `${name} breaks the app's task, wherever it runs: --on is for restarts and reboots`,
      {
        remedy: ["leave --on out"],
      },
    );
  }
  const { service, kind } = breaks;
  const all = entriesOf(lab, service);
  if (all.length === 0)
    throw new LabError("service-not-in-lab", `this lab has no ${service} to ${kind}`, {
      details: [`its ways of discovery: ${discoveryOf(lab).join(", ")}`],
      remedy: drills
        .filter((each) => !("service" in each.breaks) || entriesOf(lab, each.breaks.service).length > 0)
        .map((each) => `npx mesos-lab drill ${each.name}`),
    });
  if (on === undefined) return all;
  const there = all.filter(({ machine }) => machine.name === on);
  if (there.length > 0) return there;
  throw new LabError("service-not-on-machine", `no ${service} runs on "${on}"`, {
    remedy: all.map(({ machine }) => `npx mesos-lab drill ${name} --on ${machine.name}`),
  });
}

/** Where a task of the app runs. */
async function hostOfApp({ http, at, appId, signal }: DrillOptions): Promise<string | undefined> {
  return (await findApp(http, at.marathon, appId, signal))?.tasks[0]?.host;
}

/** The machine whose service leads; undefined for services without a leader. */
async function leaderOf(service: ServiceName, lab: Lab, context: ProbeContext): Promise<Machine | undefined> {
  const ask = { "mesos-master": leadingMaster, marathon: leadingMarathon, zookeeper: leadingZookeeper }[
    service as string
  ];
  if (ask === undefined) return undefined;
  const machines = entriesOf(lab, service).map(({ machine }) => machine);
  try {
    const leader = await ask(lab, machines, context);
    if (leader !== undefined) return leader;
    throw new ProbeError("none of the lab's");
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    throw new LabError("leader-unknown", `it is not known which ${service} leads`, {
      details: [`seen: ${error.message}`],
      remedy: ["npx mesos-lab status", "--on <machine>"],
    });
  }
}

async function leadingMaster(lab: Lab, machines: readonly Machine[], context: ProbeContext) {
  const { pid } = await askLeadingMaster(context, lab);
  return machines.find((machine) => pid === `master@${machine.ip}:${portsOf(lab, machine).mesosMaster}`);
}

/** Whoever of them is asked, the leader answers. */
async function leadingMarathon(lab: Lab, machines: readonly Machine[], context: ProbeContext) {
  const { leader } = await firstAnswer(machines, (machine) => askInfo(context, marathonUrl(lab, machine)));
  return machines.find((machine) => `http://${leader}` === marathonUrl(lab, machine));
}

async function leadingZookeeper(lab: Lab, machines: readonly Machine[], context: ProbeContext) {
  return firstAnswer(machines, async (machine) => {
    const port = portsOf(lab, machine).zookeeper;
    const { mode } = await askZookeeper(context.addressOf(machine, port), context);
    if (mode !== "leader") throw new ProbeError(`${machine.name} is a ${mode}`);
    return machine;
  });
}

/** @throws ProbeError with what each has said instead. */
async function firstAnswer<T>(
  machines: readonly Machine[],
  ask: (machine: Machine) => Promise<T>,
): Promise<T> {
  try {
    return await Promise.any(machines.map(ask));
  } catch (error) {
    const reasons: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
    const unexpected = reasons.find((reason) => !(reason instanceof ProbeError));
    if (unexpected !== undefined) throw unexpected;
    throw new ProbeError(reasons.map((reason) => (reason as ProbeError).message).join("; "));
  }
}
