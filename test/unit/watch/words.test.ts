import { expect, test } from "vitest";
import type { Body, Of } from "../../../src/watch/model/event.ts";
import { after, nothing } from "../../../src/watch/model/seen.ts";
import { claimsInWords, lineOf } from "../../../src/watch/model/words.ts";

const claim = (holds: boolean, seen = "x"): Of<"claim"> => ({
  ...{ event: "claim", id: "c@master", service: "marathon", machine: "master", title: "Marathon leads" },
  ...{ holds, expected: "elected", seen, look: "curl" },
});
const look = (state: Of<"look">["state"], seen = ""): Of<"look"> => ({
  event: "look",
  id: "tasks",
  state,
  seen,
});
const step = (done: boolean, current: boolean): Of<"step"> => ({
  ...{
    event: "step",
    id: "kill",
    number: 9,
    language: "en",
    title: "Kill it",
    text: "",
    commands: [],
    see: "",
  },
  ...{ done, current },
});
const drill = (state: Of<"drill">["state"], text: string): Of<"drill"> => ({
  ...{ event: "drill", id: "kill-task", state, text },
});

test.each<[string, readonly Body[], readonly (string | undefined)[]]>([
  [
    "a claim, when it holds and when it does not",
    [claim(true), claim(true, "y"), claim(false, "not elected")],
    ["✔ Marathon leads (master): x", undefined, "✖ Marathon leads (master): not elected"],
  ],
  [
    "a look, when it falls silent and when it is answered again",
    [look("answers"), look("silent", "refused"), look("answers"), look("slow", "more than 1 s")],
    [undefined, "✖ tasks: silent: refused", "✔ tasks: answers again", "tasks: slow: more than 1 s"],
  ],
  [
    "a step, when one is at it and when it is done",
    [step(false, true), step(true, false)],
    ["step 9, kill: Kill it", "✔ step kill is done: Kill it"],
  ],
  [
    "a drill, when it has news",
    [drill("runs", "the page is away"), drill("runs", "the page is away"), drill("recovered", "1.2 s")],
    ["drill kill-task: the page is away", undefined, "✔ drill kill-task: 1.2 s"],
  ],
  [
    "what is gone",
    [
      { event: "gone", of: "task", id: "t" },
      { event: "gone", of: "work", id: "lab" },
      { event: "gone", of: "claim", id: "c" },
    ],
    ["task t is gone", "nobody is at work on it any more", undefined],
  ],
  [
    "a way in",
    [
      { event: "route", id: "bamboo", url: "http://h/", servers: ["h:1"], answers: "200" },
      { event: "route", id: "bamboo", url: "http://h/", servers: [], answers: "" },
    ],
    ["route bamboo: h:1; a visitor gets 200", "route bamboo: no server"],
  ],
])("%s", (_, events, lines) => {
  let seen = nothing;
  const told = events.map((event) => {
    const line = lineOf(event, seen);
    seen = after(seen, event);
    return line?.text;
  });
  expect(told).toEqual(lines);
});

test("claims are counted", () => {
  const seen = [claim(true), { ...claim(false), id: "d@master" }].reduce(after, nothing);
  expect(claimsInWords(seen)).toBe("1 of 2 claims hold");
});
