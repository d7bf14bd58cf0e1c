import type { Plan, PlannedService } from "./plan.ts";

/** Ids of what is different in a new plan. */
export interface PlanChanges {
  readonly added: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
  /** Processes that go on, with more or fewer instances in them. */
  readonly grown: ReadonlySet<string>;
  /** What has to be made anew. */
  readonly changed: ReadonlySet<string>;
}

export function planChanges(before: Plan, now: Plan): PlanChanges {
  const [was, is] = [byId(before), byId(now)];
  const both = [...is.keys()].filter((id) => was.has(id) && text(was.get(id)) !== text(is.get(id)));
  const services = new Map(now.services.map((service) => [service.id, service]));
  const old = new Map(before.services.map((service) => [service.id, service]));
  const grows = (id: string) => isGrown(old.get(id), services.get(id));
  return {
    added: new Set([...is.keys()].filter((id) => !was.has(id))),
    removed: new Set([...was.keys()].filter((id) => !is.has(id))),
    grown: new Set(both.filter(grows)),
    changed: new Set(both.filter((id) => !grows(id))),
  };
}

/** Whether a launcher can go from one plan to the other: what all its processes share has to stay. */
export function canTakeIn(before: Plan, now: Plan): boolean {
  // The names under which clients may call are those of the machines: each process needs its own.
  const shared = ({ services: _, programs: __, callers, ...rest }: Plan) =>
    text({ ...rest, users: callers.users });
  return shared(before) === shared(now);
}

function byId({ services, programs }: Plan): ReadonlyMap<string, unknown> {
  return new Map([...programs, ...services].map((each) => [each.id, each]));
}

/** The instances that are in both are the same, and one is. */
function isGrown(before: PlannedService | undefined, now: PlannedService | undefined): boolean {
  if (before === undefined || now === undefined) return false;
  const known = new Map(before.instances.map((instance) => [instance.machine, text(instance)]));
  const kept = now.instances.filter(({ machine }) => known.has(machine));
  const others = ({ instances: _, ...rest }: PlannedService) => text(rest);
  return (
    others(before) === others(now) &&
    kept.length > 0 &&
    kept.every((instance) => known.get(instance.machine) === text(instance))
  );
}

function text(value: unknown): string {
  return JSON.stringify(value);
}
