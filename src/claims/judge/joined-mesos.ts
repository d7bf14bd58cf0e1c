import type { MasterState } from "../../probes/mesos.ts";
import type { Judgement } from "../claim.ts";

/** Whether a Mesos of this version takes frameworks over HTTP: since 0.24. */
export function takesFrameworks(version: string): boolean {
  const [, major = "", minor = ""] = /^(\d+)\.(\d+)\b/.exec(version) ?? [];
  return Number(major) > 0 || Number(minor) >= 24;
}

export function judgeJoined({ version, pid }: MasterState): Judgement {
  return { holds: takesFrameworks(version), seen: `leader ${pid}, Mesos ${version}` };
}

/** How many there are is not the lab's to say. */
export function judgeSomeAgents({ slaves }: MasterState): Judgement {
  const active = slaves.filter((slave) => slave.active).map(({ hostname }) => hostname);
  const few = active.slice(0, 5).join(" ");
  const more = active.length > 5 ? ` and ${active.length - 5} more` : "";
  return { holds: active.length > 0, seen: `active: ${few || "none"}${more}` };
}
