import type { HostsLab } from "../../lab/model.ts";
import { clean } from "../../untrusted.ts";
import { broughtTo } from "../docker-ssh/brings.ts";
import { isTaken } from "./judge.ts";
import type { Sight } from "./look.ts";

/** How a host stands with the lab, in a few words. */
export function stateOf(lab: HostsLab, { machine, facts, lost }: Sight, mark: string | undefined): string {
  if (facts === undefined) return `away: ${lost?.seen ?? "not looked at"}`;
  const { note } = facts;
  if (!isTaken(facts, mark))
    return note === null || note === false ? "not the lab's yet" : `another lab's: ${clean(note.lab)}`;
  if (facts.docker?.fault !== undefined) return `Docker does not answer: ${clean(facts.docker.fault)}`;
  const wanted = broughtTo(lab, machine).containers;
  const running = wanted.filter((name) => facts.containers[name]?.state === "running");
  if (running.length === wanted.length) return "running";
  if (wanted.every((name) => facts.containers[name] === undefined)) return "not set up";
  return running.length === 0 ? "halted" : `${running.length} of ${wanted.length} containers run`;
}
