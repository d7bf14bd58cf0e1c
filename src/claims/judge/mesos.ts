import type { AgentState, MasterState, MasterView } from "../../probes/mesos.ts";
import type { Judgement } from "../claim.ts";

/** What one machine of the lab says of the election, or why it says nothing. */
export type Vote = { readonly address: string } & (MasterView | { readonly silent: string });

/** Whether a master's own state shows it as the elected leader. */
export function leads(state: MasterState): boolean {
  return typeof state.elected_time === "number" && state.leader === state.pid;
}

/** Exactly one master leads, under the address the lab gives it, and all others name it. */
export function judgeElection(votes: readonly Vote[]): Judgement {
  const leaders = votes.flatMap((vote) => ("state" in vote && leads(vote.state) ? [vote.state.pid] : []));
  const [leader] = leaders;
  const agreed = leaders.length === 1 && votes.every((vote) => names(vote, leader));
  const atHome = votes.every((vote) => !("state" in vote) || vote.state.pid === `master@${vote.address}`);
  if (agreed && atHome) return { holds: true, seen: `leader ${leader}` };
  return { holds: false, seen: votes.map(describe).join("; ") };
}

function names(vote: Vote, leader: string | undefined): boolean {
  if ("silent" in vote) return false;
  return "state" in vote ? vote.state.leader === leader : `master@${vote.redirectsTo}` === leader;
}

function describe(vote: Vote): string {
  if ("silent" in vote) return vote.silent;
  if ("redirectsTo" in vote) return `${vote.address} redirects to ${vote.redirectsTo}`;
  const { pid, leader, elected_time } = vote.state;
  const elected = typeof elected_time === "number" ? "elected" : "not elected";
  return `pid ${pid}, ${elected}, leader ${leader ?? "none"}`;
}

/** The leader counts the lab's agents, and no others, as active. */
export function judgeAgents(state: MasterState, hostnames: readonly string[]): Judgement {
  const active = state.slaves.filter((slave) => slave.active).map((slave) => slave.hostname);
  const missing = hostnames.filter((hostname) => !active.includes(hostname));
  const strange = active.filter((hostname) => !hostnames.includes(hostname));
  const counted = `activated_slaves ${state.activated_slaves}`;
  const seen = [
    `${counted}, active: ${active.join(" ") || "none"}`,
    ...(missing.length > 0 ? [`missing: ${missing.join(" ")}`] : []),
    ...(strange.length > 0 ? [`not of this lab: ${strange.join(" ")}`] : []),
  ].join("; ");
  const complete = active.length === hostnames.length && state.activated_slaves === hostnames.length;
  return { holds: complete && missing.length === 0, seen };
}

/** The agent calls itself as the lab does, and the leader lists it as active under the agent's own id. */
export function judgeAgent(agent: AgentState, leader: MasterState, hostname: string): Judgement {
  if (agent.id === "") return { holds: false, seen: "not registered: its id is empty" };
  const seen = `id ${agent.id}, hostname ${agent.hostname}`;
  if (agent.hostname !== hostname) return { holds: false, seen };
  const listed = leader.slaves.find((slave) => slave.id === agent.id);
  if (listed === undefined) return { holds: false, seen: `${seen}; the master does not list this id` };
  if (!listed.active) return { holds: false, seen: `${seen}; the master lists it as inactive` };
  return { holds: true, seen };
}
