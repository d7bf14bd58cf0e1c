import { expect, test } from "vitest";
import { judgeEnsemble, judgeLeaderProxy, judgeQuorum } from "../../../../src/claims/judge/ensembles.ts";
import type { MasterState } from "../../../../src/probes/mesos.ts";

test.each([
  [["leader", "follower", "follower"], true, "1 leader, 3 of 3 serve"],
  [["leader", "follower", undefined], true, "1 leader, 2 of 3 serve"],
  [["leader", undefined, undefined], false, "1 leader, 1 of 3 serve"],
  [["follower", "follower", "follower"], false, "0 leaders, 3 of 3 serve"],
  [["leader", "leader", "follower"], false, "2 leaders, 3 of 3 serve"],
  [["standalone", "standalone", "standalone"], false, "0 leaders, 0 of 3 serve"],
])("an ensemble of %j", (modes, holds, seen) => {
  expect(judgeEnsemble(modes)).toEqual({ holds, seen });
});

test.each([
  [{ quorum: "2" }, true, "quorum 2"],
  [{ quorum: "1" }, false, "quorum 1"],
  [{}, false, "quorum not told"],
  [undefined, false, "quorum not told"],
])("a leader of three masters with the flags %j", (flags, holds, seen) => {
  expect(judgeQuorum({ flags } as MasterState, 2)).toEqual({ holds, seen });
});

const addresses = ["a:8080", "b:8080", "c:8080"];
const answer = (leader: string | undefined, handedOn: boolean) => ({
  info: { version: "0.15.0", ...(leader !== undefined && { leader }) },
  handedOn,
});

test.each([
  [[answer("b:8080", true), answer("b:8080", false), answer("b:8080", true)], true],
  [[answer("b:8080", true), answer("b:8080", true), answer("b:8080", true)], false],
  [[answer("b:8080", false), answer("b:8080", false), answer("b:8080", true)], false],
  [[answer("a:8080", true), answer("b:8080", false), answer("b:8080", true)], false],
  [[answer("x:8080", true), answer("x:8080", false), answer("x:8080", true)], false],
  [[answer(undefined, true), answer(undefined, false), answer(undefined, true)], false],
])("Marathons that answer %j", (answers, holds) => {
  expect(judgeLeaderProxy(addresses, answers).holds).toBe(holds);
});
