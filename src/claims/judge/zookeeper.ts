import type { ZookeeperInfo } from "../../probes/zookeeper.ts";
import type { Judgement } from "../claim.ts";

/** The modes in which a member of an ensemble of this size serves. */
export function servingModes(ensembleSize: number): readonly string[] {
  return ensembleSize === 1 ? ["standalone"] : ["leader", "follower"];
}

export function judgeZookeeper(info: ZookeeperInfo, ensembleSize: number): Judgement {
  return {
    holds: servingModes(ensembleSize).includes(info.mode),
    seen: `Mode: ${info.mode}, ${info.nodeCount} nodes, version ${info.version}`,
  };
}
