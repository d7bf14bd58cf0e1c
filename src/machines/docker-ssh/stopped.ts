import { effective } from "../../lab/catalogue/container.ts";
import { catalogue } from "../../lab/catalogue/index.ts";
import type { Lab } from "../../lab/model.ts";
import type { RunOn } from "./fleet.ts";

/** A machine in software that starts its containers takes a while to answer. */
const answerMs = 120_000;

/** The services' containers that neither run nor are about to, a line each: `zk on master is exited`. */
export async function stoppedContainers(
  lab: Lab,
  runOn: RunOn,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const looks = lab.machines.map(async (machine) => {
    const names = catalogue(lab)
      .filter((entry) => entry.machine.name === machine.name)
      .map((entry) => effective(entry).name);
    if (names.length === 0) return [];
    const look = ["sudo", "docker", "container", "inspect", "--format", "{{.Name}} {{.State.Status}}"];
    const said = await runOn(machine, [...look, ...names], { signal, timeoutMs: answerMs, accept: "any" });
    return stoppedIn(names, said).map(([name, is]) => `${name} on ${machine.name} ${is}`);
  });
  return (await Promise.all(looks)).flat();
}

/**
 * Reads what `docker container inspect` says of containers. Docker has started what it restarts by the time it answers,
 * and a container of which it says nothing may be anywhere.
 */
export function stoppedIn(
  names: readonly string[],
  { stdout, stderr }: { readonly stdout: string; readonly stderr: string },
): readonly (readonly [name: string, state: string])[] {
  const states = new Map(stdout.split("\n").map((line) => [line.split(" ")[0], line.split(" ")[1]]));
  const missing = new Set([...stderr.matchAll(/No such container: (\S+)/g)].map(([, name]) => name));
  return names.flatMap((name) => {
    const state = states.get(`/${name}`);
    if (missing.has(name)) return [[name, "is not there"] as const];
    return state === undefined || /^(?:running|restarting)$/.test(state)
      ? []
      : [[name, `is ${state}`] as const];
  });
}
