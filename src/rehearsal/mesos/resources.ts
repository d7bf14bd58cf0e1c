import { LabError } from "../../errors.ts";
import type { ApiRange, ApiResource } from "./api.ts";

/** An amount of everything that can be offered: `cpus`, `mem` (MiB), `disk` (MiB), and ranges such as `ports`. */
export interface Resources {
  readonly scalars: Readonly<Record<string, number>>;
  readonly ranges: Readonly<Record<string, readonly ApiRange[]>>;
}

export const noResources: Resources = { scalars: {}, ranges: {} };

/**
 * Reads MESOS_RESOURCES: `cpus:4;mem:1024;ports:[31000-32000,8000-8000]`; a role as in `cpus(*):4` is dropped.
 * @throws LabError `usage`
 */
export function parseResources(text: string): Resources {
  const found: ApiResource[] = text
    .split(";")
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const match = /^([\w.-]+)(?:\([^)]*\))?\s*:\s*(.+)$/.exec(part);
      const [, name = "", value = ""] = match ?? [];
      if (/^\d+(\.\d+)?$/.test(value)) return { name, type: "SCALAR", scalar: { value: Number(value) } };
      const range = /^\[([\d\s,-]*)\]$/
        .exec(value)?.[1]
        ?.split(",")
        .map((pair) => parseRange(pair, text));
      if (range === undefined) throw badResources(text);
      return { name, type: "RANGES", ranges: { range } };
    });
  return fromApi(found);
}

function parseRange(pair: string, text: string): ApiRange {
  const match = /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(pair);
  if (match === null || Number(match[1]) > Number(match[2])) throw badResources(text);
  return { begin: Number(match[1]), end: Number(match[2]) };
}

function badResources(text: string): LabError {
  return new LabError("stand-in-misused", `cannot read the resources ${JSON.stringify(text)}`, {
    remedy: ["write them as cpus:2;mem:1024;disk:1024;ports:[31000-32000]"],
  });
}

export function fromApi(list: readonly ApiResource[]): Resources {
  return list.reduce<Resources>(
    (sum, item) =>
      add(
        sum,
        item.type === "SCALAR"
          ? { scalars: { [item.name]: item.scalar.value }, ranges: {} }
          : { scalars: {}, ranges: { [item.name]: item.ranges.range } },
      ),
    noResources,
  );
}

export function toApi(resources: Resources): ApiResource[] {
  return [
    ...Object.entries(resources.scalars)
      .filter(([, value]) => value > 0)
      .map(([name, value]) => ({ name, type: "SCALAR" as const, scalar: { value }, role: "*" })),
    ...Object.entries(resources.ranges)
      .filter(([, range]) => range.length > 0)
      .map(([name, range]) => ({ name, type: "RANGES" as const, ranges: { range }, role: "*" })),
  ];
}

/** As state.json shows them; cpus, mem and disk are always there. */
export function toState(resources: Resources): Record<string, number | string> {
  const shown: Record<string, number | string> = { cpus: 0, disk: 0, mem: 0, ...resources.scalars };
  for (const [name, ranges] of Object.entries(resources.ranges)) {
    if (ranges.length > 0) shown[name] = `[${ranges.map(({ begin, end }) => `${begin}-${end}`).join(", ")}]`;
  }
  return shown;
}

/** As messages show them: `cpus(*):1; mem(*):32; ports(*):[31000-31001]`; empty where there is nothing. */
export function toText(resources: Resources): string {
  const scalars = Object.entries(resources.scalars).filter(([, value]) => value > 0);
  const ranges = Object.entries(resources.ranges).filter(([, range]) => range.length > 0);
  return [
    ...scalars.map(([name, value]) => `${name}(*):${value}`),
    ...ranges.map(
      ([name, range]) => `${name}(*):[${range.map(({ begin, end }) => `${begin}-${end}`).join(", ")}]`,
    ),
  ].join("; ");
}

export function add(a: Resources, b: Resources): Resources {
  return combine(
    a,
    b,
    (x, y) => x + y,
    (x, y) => merge([...x, ...y]),
  );
}

/** What is left of `a`; never less than nothing. */
export function subtract(a: Resources, b: Resources): Resources {
  return combine(a, b, (x, y) => Math.max(0, x - y), cut);
}

export function contains(whole: Resources, part: Resources): boolean {
  return (
    Object.entries(part.scalars).every(([name, value]) => (whole.scalars[name] ?? 0) >= value - 0.0005) &&
    Object.entries(part.ranges).every(([name, range]) => cut(range, whole.ranges[name] ?? []).length === 0)
  );
}

/** Of many at once: a slave with a thousand tasks is counted at every change. */
export function sum(all: Iterable<Resources>): Resources {
  const scalars: Record<string, number> = {};
  const ranges: Record<string, ApiRange[]> = {};
  for (const one of all) {
    for (const [name, value] of Object.entries(one.scalars)) scalars[name] = (scalars[name] ?? 0) + value;
    for (const [name, range] of Object.entries(one.ranges)) {
      ranges[name] ??= [];
      ranges[name].push(...range);
    }
  }
  const entries = <T, U>(of: Record<string, T>, made: (value: T) => U) =>
    Object.fromEntries(Object.entries(of).map(([name, value]) => [name, made(value)]));
  return { scalars: entries(scalars, inThousandths), ranges: entries(ranges, merge) };
}

/** Mesos, too, counts so: 0.1 + 0.2 must be 0.3. */
function inThousandths(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function combine(
  a: Resources,
  b: Resources,
  scalar: (x: number, y: number) => number,
  range: (x: readonly ApiRange[], y: readonly ApiRange[]) => ApiRange[],
): Resources {
  const names = (x: object, y: object) => new Set([...Object.keys(x), ...Object.keys(y)]);
  return {
    scalars: Object.fromEntries(
      [...names(a.scalars, b.scalars)].map((name) => [
        name,
        inThousandths(scalar(a.scalars[name] ?? 0, b.scalars[name] ?? 0)),
      ]),
    ),
    ranges: Object.fromEntries(
      [...names(a.ranges, b.ranges)].map((name) => [name, range(a.ranges[name] ?? [], b.ranges[name] ?? [])]),
    ),
  };
}

function merge(ranges: readonly ApiRange[]): ApiRange[] {
  const merged: ApiRange[] = [];
  for (const range of [...ranges].sort((x, y) => x.begin - y.begin)) {
    const last = merged.at(-1);
    if (last !== undefined && range.begin <= last.end + 1) {
      merged[merged.length - 1] = { begin: last.begin, end: Math.max(last.end, range.end) };
    } else merged.push(range);
  }
  return merged;
}

function cut(from: readonly ApiRange[], away: readonly ApiRange[]): ApiRange[] {
  const holes = merge(away);
  const left: ApiRange[] = [];
  let first = 0;
  for (const { begin, end } of merge(from)) {
    while (first < holes.length && (holes[first]?.end ?? 0) < begin) first += 1;
    let next = begin;
    for (let index = first; index < holes.length; index += 1) {
      const hole = holes[index];
      if (hole === undefined || hole.begin > end) break;
      if (hole.begin > next) left.push({ begin: next, end: hole.begin - 1 });
      next = hole.end + 1;
    }
    if (next <= end) left.push({ begin: next, end });
  }
  return left;
}
