import type { ApiOffer, ApiRange } from "../../mesos/api.ts";
import type { AppDefinition, MarathonTask } from "../apps/model.ts";
import { portMappings } from "../apps/service-ports.ts";
import { meetsConstraint, type Place } from "./constraints.ts";

/** A number in [0, 1), as `Math.random`. */
export type Random = () => number;

/** What is left of an offer after the tasks that were already placed in it. */
export interface Remains extends Place {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly ports: readonly ApiRange[];
}

export interface Placement {
  readonly hostPorts: readonly number[];
  readonly remains: Remains;
}

/** Unreserved resources only. */
export function contentOf(offer: ApiOffer): Remains {
  const free = offer.resources.filter((resource) => (resource.role ?? "*") === "*");
  const sum = (name: string) =>
    free.reduce((total, resource) => {
      return resource.name === name && resource.type === "SCALAR" ? total + resource.scalar.value : total;
    }, 0);
  const ports = free.flatMap((resource) =>
    resource.name === "ports" && resource.type === "RANGES" ? resource.ranges.range : [],
  );
  return {
    hostname: offer.hostname,
    attributes: textAttributes(offer.attributes ?? []),
    cpus: sum("cpus"),
    mem: sum("mem"),
    disk: sum("disk"),
    ports,
  };
}

function textAttributes(attributes: readonly unknown[]): Record<string, string> {
  const known = attributes as readonly { name?: string; text?: { value?: string } }[];
  return Object.fromEntries(
    known.flatMap(({ name, text }) =>
      name === undefined || text?.value === undefined ? [] : [[name, text.value]],
    ),
  );
}

/** Where one task of the app goes in what an offer has left, or undefined where it does not fit. */
export function place(
  app: AppDefinition,
  tasks: readonly MarathonTask[],
  remains: Remains,
  random: Random,
): Placement | undefined {
  // Shares such as 0.1 + 0.2 must not fail by a rounding error.
  const enough = (has: number, wants: number) => has + 1e-9 >= wants;
  const fits =
    enough(remains.cpus, app.cpus) && enough(remains.mem, app.mem) && enough(remains.disk, app.disk);
  // What is offered here is nobody's: an app that wants the resources of some role waits.
  if (app.acceptedResourceRoles?.includes("*") === false) return undefined;
  if (!fits || !app.constraints.every((constraint) => meetsConstraint(constraint, remains, tasks)))
    return undefined;
  const hostPorts = choosePorts(app, remains.ports, random);
  if (hostPorts === undefined) return undefined;
  return {
    hostPorts,
    remains: {
      ...remains,
      cpus: remains.cpus - app.cpus,
      mem: remains.mem - app.mem,
      disk: remains.disk - app.disk,
      ports: hostPorts.reduce<readonly ApiRange[]>(without, remains.ports),
    },
  };
}

/** Fixed host ports where the app names some, for the others any of the offer's, at random. */
function choosePorts(
  app: AppDefinition,
  offered: readonly ApiRange[],
  random: Random,
): readonly number[] | undefined {
  const open = app.ports.map(() => 0);
  const wanted =
    portMappings(app)?.map((mapping) => mapping.hostPort) ?? (app.requirePorts ? app.ports : open);
  let free = wanted.filter((port) => port !== 0).reduce<readonly ApiRange[]>(without, offered);
  const chosen: number[] = [];
  for (const port of wanted) {
    if (port !== 0 && !offered.some((range) => range.begin <= port && port <= range.end)) return undefined;
    const next = port === 0 ? pick(free, random) : port;
    if (next === undefined || chosen.includes(next)) return undefined;
    if (port === 0) free = without(free, next);
    chosen.push(next);
  }
  return chosen;
}

function pick(ranges: readonly ApiRange[], random: Random): number | undefined {
  const total = ranges.reduce((sum, range) => sum + range.end - range.begin + 1, 0);
  let index = Math.floor(random() * total);
  for (const range of ranges) {
    const size = range.end - range.begin + 1;
    if (index < size) return range.begin + index;
    index -= size;
  }
  return undefined;
}

function without(ranges: readonly ApiRange[], port: number): readonly ApiRange[] {
  return ranges.flatMap((range) => {
    if (port < range.begin || port > range.end) return [range];
    const parts = [
      { begin: range.begin, end: port - 1 },
      { begin: port + 1, end: range.end },
    ];
    return parts.filter((part) => part.begin <= part.end);
  });
}
