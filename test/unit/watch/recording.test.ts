import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { LabError } from "../../../src/errors.ts";
import { openHub } from "../../../src/watch/hub.ts";
import type { LabSeen, Of } from "../../../src/watch/model/event.ts";
import { parseRecording } from "../../../src/watch/model/recording.ts";
import { isReplay, replayHtml } from "../../../src/watch/page/page.ts";
import { openRecording, record } from "../../../src/watch/record.ts";

const folder = mkdtempSync(join(tmpdir(), "recording-"));
afterAll(() => rmSync(folder, { recursive: true }));

const lab: Of<"lab"> = {
  ...{ event: "lab", id: "monday", stack: "rehearsal", runs: "embedded" },
  ...{ machines: [], pages: [], drills: [] },
};
const route = (answers: string): Of<"route"> => ({
  ...{ event: "route", id: "bamboo", url: "http://127.0.33.18/", servers: [], answers },
});
const at = (second: number) => new Date(Date.UTC(2026, 10, 26, 22, 4, second)).toISOString();
const line = (second: number, event: object) => `${JSON.stringify({ at: at(second), ...event })}\n`;

function refusal(text: string): { message: string; remedy: readonly string[] } {
  try {
    parseRecording(text, "r.jsonl");
  } catch (error) {
    if (error instanceof LabError && error.id === "recording-damaged") return error;
    throw error;
  }
  throw new Error("it was taken");
}

test("a recording is what was told, with what it says to people", () => {
  const ended = line(9, { event: "error", id: "interrupted", message: "interrupted" });
  const { items, ...told } = parseRecording(
    `${line(0, lab)}\n${line(1, route("200"))}${line(2, route("503"))}${ended}`,
    "r.jsonl",
  );
  expect(told).toEqual({ lab: "monday", cutOff: false, unknown: 0 });
  expect(items.map(({ event, line: said }) => [event.at, said?.text])).toEqual([
    [at(0), "lab monday: stack rehearsal, machines: embedded"],
    [at(1), "route bamboo: no server; a visitor gets 200"],
    [at(2), "route bamboo: no server; a visitor gets 503"],
  ]);
});

test.each<[string, string, { cutOff?: boolean; unknown?: number; items: number }]>([
  ["a last line that is cut off", line(1, route("200")).slice(0, 40), { cutOff: true, items: 1 }],
  ["a last line without its end", line(1, route("200")).trim(), { items: 2 }],
  ["a kind of a later version", line(1, { event: "weather", id: "x" }), { unknown: 1, items: 1 }],
  ["a field of a later version", line(1, { ...route("200"), colour: "red" }), { items: 2 }],
  ["lines as Windows ends them", line(1, route("200")).replace("\n", "\r\n"), { items: 2 }],
])("%s is no fault", (_, more, { items, ...told }) => {
  const recording = parseRecording(line(0, lab) + more, "r.jsonl");
  expect(recording).toMatchObject({ cutOff: false, unknown: 0, ...told });
  expect(recording.items.length).toBe(items);
});

test.each<[string, string, RegExp]>([
  ["nothing at all", "", /^r\.jsonl has nothing of a lab$/],
  ["a recording without a lab", line(0, route("200")), /^r\.jsonl has nothing of a lab$/],
  ["a line in the middle that is cut off", `{"at":\n${line(0, lab)}`, /^r\.jsonl:1 is no event in JSON$/],
  ["another kind of lines", `${line(0, lab)}[]\n`, /^r\.jsonl:2 is no event in JSON$/],
  ["no time", `${line(0, lab)}${JSON.stringify(route("200"))}\n`, /^r\.jsonl:2: at of the event route: /],
  [
    "a field that is missing",
    line(0, lab) + line(1, { ...route("200"), url: undefined }),
    /:2: url of the event route: /,
  ],
  [
    "a number for a text",
    line(0, lab) + line(1, { ...route("200"), servers: ["a", 7] }),
    /:2: servers\.1 of /,
  ],
  ["a text without an end", line(0, lab) + line(1, route("x".repeat(5_000))), /:2: answers of .*4000/],
  [
    "a time that goes back",
    line(5, lab) + line(1, route("200")),
    /^r\.jsonl:2: it was before the line above it$/,
  ],
  ["its own replay", "<!doctype html>\n<html>", /^r\.jsonl is a page already$/],
])("%s is refused with its place and what to do", (_, text, message) => {
  const { message: said, remedy } = refusal(text);
  expect(said).toMatch(message);
  expect(remedy.join()).not.toBe("");
});

test("texts of a recording end nothing on the page, and nothing in a terminal", () => {
  const evil = "</script><script>alert(1)</script><!--\u001b[31m\u202e";
  const step = {
    ...{ event: "step", id: "kill", number: 1, language: "en", title: evil, text: `a\n\n${evil}` },
    ...{ commands: [evil], see: evil, done: false, current: true },
  };
  const recording = parseRecording(line(0, { ...lab, id: evil }) + line(1, step), "r.jsonl");
  const page = replayHtml(recording);
  expect(isReplay(page)).toBe(true);
  expect(page).not.toContain("<script>alert");
  expect(page.match(/<\/script>/g)?.length).toBe(2);
  const [, data = ""] = /id="recording">(.*?)<\/script>/s.exec(page) ?? [];
  const items = JSON.parse(data);
  expect(items[1].event.text).toBe("a\n\n</script><script>alert(1)</script><!--");
  expect(data).not.toMatch(/\\u001b|\u202e/);
  expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^"]*"/);
  expect(page).not.toContain("connect-src");
});

test("what is recorded is there at once, and reads as what was told", () => {
  const hub = openHub();
  const file = join(folder, "whole.jsonl");
  const recorder = record(hub, openRecording(file, false), file);
  const told: LabSeen[] = [];
  hub.listen((event) => told.push(event));
  hub.found(lab);
  hub.found(route("200"));
  // Whoever is killed here has lost nothing.
  const written = readFileSync(file, "utf8");
  expect(recorder.close()).toEqual({ empty: false, failure: undefined });
  hub.found(route("503"));
  expect(readFileSync(file, "utf8")).toBe(written);
  expect(parseRecording(written, file).items.map(({ event }) => event)).toEqual(told.slice(0, 2));
  expect(() => openRecording(file, false)).toThrow(/EEXIST/);
});

test("a disk that is full ends the recording, and the hub hears of it", () => {
  const hub = openHub();
  const file = join(folder, "full.jsonl");
  const recorder = record(hub, openSync("/dev/full", "w"), file);
  hub.found(lab);
  hub.found(route("200"));
  expect(hub.soFar()).toMatchObject([
    lab,
    { event: "look", id: "recording", state: "silent", seen: "no space left on device" },
    route("200"),
  ]);
  const { failure } = recorder.close();
  expect(failure).toMatchObject({
    id: "file-refused",
    message: `${file} could not be written to its end: no space left on device`,
    exitCode: 3,
  });
});

test("a watch that ends before anything was seen leaves no file", () => {
  const file = join(folder, "empty.jsonl");
  const recorder = record(openHub(), openRecording(file, false), file);
  expect(recorder.close()).toEqual({ empty: true, failure: undefined });
  expect(existsSync(file)).toBe(false);
});

test("a folder that is not there is named", () => {
  const file = join(folder, "none", "x.jsonl");
  expect(() => openRecording(file, true)).toThrow(`there is no folder ${join(folder, "none")}`);
});
