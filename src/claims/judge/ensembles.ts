import type { MarathonInfo } from "../../probes/marathon.ts";
import type { MasterState } from "../../probes/mesos.ts";
import type { Judgement } from "../claim.ts";

/**
 * One server leads, and more than half of all serve.
 * @param modes of each server; undefined for one that does not answer
 */
export function judgeEnsemble(modes: readonly (string | undefined)[]): Judgement {
  const leaders = modes.filter((mode) => mode === "leader").length;
  const serving = modes.filter((mode) => mode === "leader" || mode === "follower").length;
  return {
    holds: leaders === 1 && serving * 2 > modes.length,
    seen: `${leaders} ${leaders === 1 ? "leader" : "leaders"}, ${serving} of ${modes.length} serve`,
  };
}

/** The leading master's registry is written when so many masters have it. */
export function judgeQuorum(leader: MasterState, quorum: number): Judgement {
  const told = leader.flags?.quorum;
  return { holds: told === String(quorum), seen: `quorum ${told ?? "not told"}` };
}

/** What a Marathon answered, and whether another one's answer was handed on by it. */
export interface MarathonAnswer {
  readonly info: MarathonInfo;
  readonly handedOn: boolean;
}

/** All name one leader, which is one of the lab's and answers itself; the answers of all others are its. */
export function judgeLeaderProxy(
  addresses: readonly string[],
  answers: readonly MarathonAnswer[],
): Judgement {
  const leaders = [...new Set(answers.map(({ info }) => info.leader ?? "none"))];
  const [leader] = leaders;
  const own = addresses.filter((_, index) => answers[index]?.handedOn === false);
  return {
    holds: leaders.length === 1 && own.length === 1 && own[0] === leader,
    seen: `leader ${leaders.join(" and ")}; ${own.join(", ") || "none"} answers for itself`,
  };
}
