import type { MarathonInfo } from "../../probes/marathon.ts";
import type { MasterState } from "../../probes/mesos.ts";
import type { Judgement } from "../claim.ts";

/** Marathon has a leader, and Mesos has given it a framework id. */
export function judgeMarathon(info: MarathonInfo): Judgement {
  const elected = info.elected === true;
  const registered = typeof info.frameworkId === "string" && info.frameworkId !== "";
  return {
    holds: elected && registered,
    seen: `${elected ? "elected" : "not elected"}, framework ${registered ? info.frameworkId : "none"}`,
  };
}

/** The leading master lists Marathon's framework as active. */
export function judgeFramework(info: MarathonInfo, leader: MasterState): Judgement {
  if (!info.frameworkId) return { holds: false, seen: "Marathon has no framework id" };
  const framework = leader.frameworks.find(({ id }) => id === info.frameworkId);
  if (framework === undefined)
    return { holds: false, seen: `the master does not list framework ${info.frameworkId}` };
  const state = framework.active ? "active" : "inactive";
  return { holds: framework.active, seen: `${framework.name} ${framework.id} is ${state}` };
}
