import type { Body } from "./event.ts";
import { of, one, type Seen } from "./seen.ts";

export type Tone = "good" | "bad" | "plain";

/** An event as one line for people. */
export interface Line {
  readonly tone: Tone;
  readonly text: string;
}

const plain = (text: string): Line => ({ tone: "plain", text });
const good = (text: string): Line => ({ tone: "good", text: `✔ ${text}` });
const bad = (text: string): Line => ({ tone: "bad", text: `✖ ${text}` });

/** What an event says to somebody who knows what was seen before it; nothing where that is no news to people. */
export function lineOf(event: Body, seen: Seen): Line | undefined {
  switch (event.event) {
    case "lab":
      return plain(`lab ${event.id}: stack ${event.stack}, machines: ${event.runs}`);
    case "machine":
      return plain(`machine ${event.id}: ${event.state}`);
    case "claim": {
      // What is seen may differ from look to look, and hold all the while.
      if (one(seen, "claim", event.id)?.holds === event.holds) return undefined;
      const text = `${event.title} (${event.machine}): ${event.seen}`;
      return event.holds ? good(text) : bad(text);
    }
    case "task":
      return plain(`task ${event.id} ${event.state} at ${event.address}`);
    case "route":
      return plain(`route ${event.id}: ${event.servers.join(" ") || "no server"}${answerOf(event.answers)}`);
    case "look": {
      if (event.state === "silent") return bad(`${event.id}: silent: ${event.seen}`);
      if (event.state === "slow") return plain(`${event.id}: slow: ${event.seen}`);
      return one(seen, "look", event.id) === undefined ? undefined : good(`${event.id}: answers again`);
    }
    case "work":
      return plain(`at work on it: ${event.command}`);
    case "drill": {
      if (event.state === "recovered") return good(`drill ${event.id}: ${event.text}`);
      if (event.state === "failed") return bad(`drill ${event.id}: ${event.text}`);
      return one(seen, "drill", event.id)?.text === event.text
        ? undefined
        : plain(`drill ${event.id}: ${event.text}`);
    }
    case "step": {
      const before = one(seen, "step", event.id);
      if (event.done && before?.done === false) return good(`step ${event.id} is done: ${event.title}`);
      return event.current && before?.current !== true
        ? plain(`step ${event.number}, ${event.id}: ${event.title}`)
        : undefined;
    }
    case "gone":
      return goneLine(event);
    case "news":
      return plain(`${event.source}: ${event.what} ${event.detail}`);
  }
}

function answerOf(answers: string): string {
  return answers === "" ? "" : `; a visitor gets ${answers}`;
}

function goneLine({ of: kind, id }: Extract<Body, { event: "gone" }>): Line | undefined {
  if (kind === "work") return plain("nobody is at work on it any more");
  return kind === "task" || kind === "machine" || kind === "route"
    ? plain(`${kind} ${id} is gone`)
    : undefined;
}

/** How many of the claims hold, in words. */
export function claimsInWords(seen: Seen): string {
  const claims = of(seen, "claim");
  return `${claims.filter(({ holds }) => holds).length} of ${claims.length} claims hold`;
}
