import { stringify } from "yaml";
import { namedPorts } from "../lab/catalogue/index.ts";
import type { Lab, Ports, VagrantLab } from "../lab/model.ts";
import { type LabSource, parseLab } from "../lab/parse.ts";

/**
 * The lab file that goes into a bundle: the user's own words where they describe the lab by themselves; else one that
 * says everything, flags and this host's defaults included.
 */
export function labFileFor(lab: VagrantLab, own: LabSource | undefined): string {
  if (own !== undefined && labDifferences(lab, parseLab(own, {}, lab.runs.provider)).length === 0)
    return own.text;
  const { name, stack, runs, machines, images, ports, mesos } = lab;
  const { provider, box: given, bootTimeout } = runs;
  const box = { name: given.name, ...(given.version !== undefined && { version: given.version }) };
  const heading = "# Written by `mesos-lab bundle save`: the lab that the bundle was made of.\n";
  return (
    heading +
    stringify(
      {
        ...{ name, stack, provider, bootTimeout, box, machines, images },
        ...(mesos && { mesos: { zk: mesos.zk } }),
        ports: movablePorts(ports),
      },
      { lineWidth: 0 },
    )
  );
}

/** What a lab file may say of the ports. */
function movablePorts(ports: Ports): Partial<Ports> {
  return Object.fromEntries(namedPorts.filter(({ fixed }) => !fixed).map(({ name }) => [name, ports[name]]));
}

/** What of a lab somebody describes, and no run finds out by itself. */
function described(lab: Lab): object {
  const { name, stack, machines, images, ports, mesos } = lab;
  const { kind, provider, box } = { provider: undefined, box: undefined, ...lab.runs };
  const made = { provider, box: box && { name: box.name, version: box.version } };
  return { name, stack, runsOn: kind, ...made, mesos: mesos?.zk, machines, images, ports };
}

/** Where two labs differ, a line each: `machines[1].memory: here 2048, there 4096`. */
export function labDifferences(
  here: Lab,
  there: Lab,
  words: { readonly here: string; readonly there: string } = { here: "here", there: "there" },
): readonly string[] {
  const [ours, theirs] = [leaves(described(here)), leaves(described(there))];
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((path) => ours.get(path) !== theirs.get(path))
    .map(
      (path) =>
        `${path}: ${words.here} ${ours.get(path) ?? "nothing"}, ${words.there} ${theirs.get(path) ?? "nothing"}`,
    );
}

/** Every value by its path, as a lab file's reader would name it. */
function leaves(value: unknown, path = ""): Map<string, string> {
  if (value === undefined) return new Map();
  if (typeof value !== "object" || value === null) return new Map([[path, String(value)]]);
  const at = (key: string) =>
    Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
  return new Map(Object.entries(value).flatMap(([key, each]) => [...leaves(each, at(key))]));
}
