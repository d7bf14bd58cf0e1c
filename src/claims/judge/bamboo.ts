import type { BambooState } from "../../probes/bamboo.ts";
import type { Judgement } from "../claim.ts";

/** Bamboo says OK, and reads both its sources: Marathon's applications and its rules in ZooKeeper. */
export function judgeBamboo(status: { status: number; text: string }, state: BambooState): Judgement {
  const answered = status.status === 200 && status.text.trim() === "OK";
  const apps = state.Apps === null ? "Marathon not reached" : `${state.Apps.length} applications`;
  const rules =
    state.Services === null ? "ZooKeeper not reached" : `${Object.keys(state.Services).length} rules`;
  return {
    holds: answered && state.Apps !== null && state.Services !== null,
    seen: `${status.status} ${status.text}, ${apps}, ${rules}`,
  };
}

/** Marathon calls Bamboo's address on events. */
export function judgeSubscription(callbackUrls: readonly string[], callback: string): Judgement {
  return {
    holds: callbackUrls.includes(callback),
    seen: callbackUrls.length === 0 ? "no subscriptions" : callbackUrls.join(" "),
  };
}
