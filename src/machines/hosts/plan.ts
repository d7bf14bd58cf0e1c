import type { HostsLab } from "../../lab/model.ts";
import { clean } from "../../untrusted.ts";
import { broughtTo } from "../docker-ssh/brings.ts";
import type { HostKey } from "./host-keys.ts";
import { keyText } from "./host-keys.ts";
import { isTaken } from "./judge.ts";
import type { Sight } from "./look.ts";

/**
 * What making the lab would do to a host: a line for the host, and one for each thing that is not there yet.
 * @param keys the host keys that it showed.
 * @param mark the lab's own, by which it knows its notes.
 */
export function planOf(
  lab: HostsLab,
  { machine, facts }: Sight,
  keys: readonly HostKey[],
  mark: string | undefined,
): readonly string[] {
  if (facts === undefined) return [];
  const { containers, images, volumes, paths, units, programs } = broughtTo(lab, machine);
  const missing = images.filter((image) => !facts.images.includes(image));
  const packages = [
    ...(facts.docker === null ? ["docker.io"] : []),
    ...(facts.requests ? [] : ["python3-requests"]),
    ...Object.entries(programs).flatMap(([path, name]) => (facts.programs.includes(path) ? [] : [name])),
  ];
  const own = [...paths, ...units].filter((path) => !facts.paths.includes(path));
  const isNew = !isTaken(facts, mark);
  const lines = [
    ...(isNew ? [`take it for lab "${lab.name}": /var/lib/mesos-lab`] : []),
    ...(packages.length > 0 ? [`install with apt: ${packages.join(", ")}, and what they need`] : []),
    ...(missing.length > 0 ? [`load the rehearsal images, for ${missing.join(", ")}`] : []),
    ...containers.map((name) => containerLine(name, facts.containers[name]?.state)),
    ...(isNew && volumes.length + own.length > 0
      ? [`make, as far as they are not there: ${[...volumes, ...own].join(", ")}`]
      : []),
  ];
  const about = `${machine.name} ${machine.ip}: ${clean(facts.system ?? "unknown system")}, host key ${keys.map(keyText).join(", ")}`;
  return [about, ...lines.map((text) => `  ${text}`)];
}

function containerLine(name: string, state: string | undefined): string {
  if (state === undefined) return `run container ${name}`;
  return state === "running" ? `look at container ${name}, which runs` : `start container ${name}`;
}
