import * as z from "zod";
import { exitCodes, LabError } from "../../errors.ts";
import type { HostsLab } from "../../lab/model.ts";
import { cleanAll } from "../../untrusted.ts";
import type { RunOn } from "../docker-ssh/fleet.ts";
import type { Removal } from "../machines.ts";
import type { OnHost } from "./every-host.ts";
import { runProgram } from "./program.ts";

/** What `hosts/remove.py` tells. */
const told = z.object({ removed: z.array(z.string()), left: z.array(z.string()) });

/** What `destroy` is about to do, for somebody to agree to. */
export function farewell({ name, machines }: HostsLab, { withDocker, forget }: Removal): string {
  const kept = machines.filter((machine) => !forget.includes(machine.name));
  const from = kept.map((machine) => `${machine.name} ${machine.ip}`).join(", ");
  const docker = withDocker
    ? "Docker goes too, where the lab installed it and nothing else is in it."
    : "Docker stays.";
  return [
    `Lab "${name}" will be removed from ${from || "no host"}: its containers, and the images, volumes, packages and files that it brought. ${docker}`,
    ...(forget.length > 0 ? [`What is on ${forget.join(", ")} is given up.`] : []),
  ].join("\n");
}

/** Removes from a host what the lab has put there, by its note. */
export function removing(
  on: RunOn,
  mark: string,
  { withDocker, forget }: Removal,
  signal: AbortSignal,
): OnHost {
  return async (machine) => {
    const flags = ["--lab", mark, ...(withDocker ? ["--with-docker"] : [])];
    try {
      const { removed, left } = cleanAll(told.parse(await runProgram(on, machine, "remove", flags, signal)));
      const words = removed.length === 0 ? "nothing of it was there" : `removed: ${removed.join(", ")}`;
      return left.length === 0 ? words : `${words}; left: ${left.join("; ")}`;
    } catch (error) {
      const gone = error instanceof LabError && error.exitCode !== exitCodes.interrupted;
      if (gone && forget.includes(machine.name)) return "given up";
      throw error;
    }
  };
}
