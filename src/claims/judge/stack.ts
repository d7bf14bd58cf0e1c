import type { StackName } from "../../lab/model.ts";
import type { Judgement } from "../claim.ts";

/** The versions are those of the stack the lab names: a stand-in says "rehearsal" in its version. */
export function judgeStack(versions: Readonly<Record<string, string>>, stack: StackName): Judgement {
  const holds = Object.values(versions).every(
    (version) => version.includes("rehearsal") === (stack === "rehearsal"),
  );
  const seen = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return { holds, seen: seen.join(", "), final: true };
}
