import * as z from "zod";
import { LabError } from "../../errors.ts";
import { clean, cleanAll, cleanLines, jsonOrUndefined } from "../../untrusted.ts";
import { eventSchema, type LabSeen, longest, momentSchemas, thingSchemas } from "./event.ts";
import { after, nothing } from "./seen.ts";
import { type Line, lineOf } from "./words.ts";

/** An event, and what it says to people, if anything. */
export interface Item {
  readonly event: LabSeen;
  readonly line?: Line;
}

/** What was recorded of a lab. */
export interface Recording {
  readonly lab: string;
  /** At least one, in the order of their times. */
  readonly items: readonly Item[];
  /** Whether its last line is not whole: whoever wrote it was killed. */
  readonly cutOff: boolean;
  /** Lines of kinds that this version does not know. */
  readonly unknown: number;
}

const someEvent = z.object({ event: z.string() });
const kinds: readonly string[] = Object.keys({ ...thingSchemas, ...momentSchemas });

/**
 * Reads a recording: the lines of `events --json`. Its texts are made safe to show.
 * @param file its name, for people
 * @throws LabError `usage` with the line and the field that is wrong.
 */
export function parseRecording(text: string, file: string): Recording {
  if (/^\s*<!doctype html/i.test(text))
    throw damaged(`${file} is a page already`, "open it in a browser: it needs nothing else");
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  // What follows the last end of a line may be whole, in a file that an editor has saved.
  const cutOff = rest.trim() !== "" && jsonOrUndefined(rest) === undefined;
  if (!cutOff) lines.push(rest);
  const events = lines.flatMap((line, index) => eventIn(line, `${file}:${index + 1}`) ?? []);
  const known = events.filter((event) => event !== "unknown");
  const [lab] = known.flatMap(({ event }) => (event.event === "lab" ? [event.id] : []));
  if (lab === undefined) throw damaged(`${file} has nothing of a lab`, "npx mesos-lab watch --record <file>");
  refuseOutOfOrder(known);
  return { lab, items: itemsOf(known), cutOff, unknown: events.length - known.length };
}

interface Placed {
  readonly place: string;
  readonly event: LabSeen;
}

function eventIn(line: string, place: string): Placed | "unknown" | undefined {
  if (line.trim() === "") return undefined;
  const json = jsonOrUndefined(line);
  const { data: some } = someEvent.safeParse(json);
  if (some === undefined) throw damaged(`${place} is no event in JSON`, remedy);
  // How the command has ended that wrote it.
  if (some.event === "error") return undefined;
  if (!kinds.includes(some.event)) return "unknown";
  const { data, error } = eventSchema.safeParse(json);
  if (data !== undefined) return { place, event: safe(data) };
  const [issue] = error.issues;
  const field = issue?.path.join(".") || "the line";
  throw damaged(
    `${place}: ${clean(field)} of the event ${some.event}: ${clean(issue?.message ?? "")}`,
    remedy,
  );
}

function refuseOutOfOrder(events: readonly Placed[]): void {
  const times = events.map(({ event }) => new Date(event.at).getTime());
  const wrong = events.find((_, index) => index > 0 && Number(times[index]) < Number(times[index - 1]));
  if (wrong !== undefined)
    throw damaged(
      `${wrong.place}: it was before the line above it`,
      "keep the recording of one watch in a file",
    );
}

function itemsOf(events: readonly Placed[]): Item[] {
  let seen = nothing;
  return events.map(({ event }) => {
    const line = lineOf(event, seen);
    seen = after(seen, event);
    return { event, ...(line && { line: { ...line, text: clean(line.text, longest) } }) };
  });
}

/** A step's texts have several lines. */
function safe(event: LabSeen): LabSeen {
  if (event.event !== "step") return cleanAll(event, longest);
  const { text, see, question, commands, ...words } = event;
  return {
    ...cleanAll(words, longest),
    ...{ text: cleanLines(text), see: cleanLines(see), commands: commands.map(cleanLines) },
    ...(question !== undefined && { question: cleanLines(question) }),
  };
}

const remedy = "take the line out, or use a recording that nobody has edited";

function damaged(message: string, remedy: string): LabError {
  return new LabError("recording-damaged", message, { remedy: [remedy] });
}
