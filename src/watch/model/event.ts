import * as z from "zod";

/** What is seen of a lab, as events: the lines of `events --json`, what the page is drawn from, and what a recording holds. */

/** Longer texts are cut before they are told. */
export const longest = 4_000;
const word = z.string().max(longest);
const id = word;

const lab = z.object({
  event: z.literal("lab"),
  id,
  stack: word.describe("classic or rehearsal"),
  runs: word.describe("where it runs, for people"),
  machines: z
    .array(z.object({ name: word, ip: word, services: z.array(word) }))
    .describe("with their services"),
  pages: z.array(z.object({ title: word, url: word })).describe("what a browser can open"),
  drills: z.array(z.object({ name: word, help: word })).describe("the drills that it can be put through"),
});
const machine = z.object({
  event: z.literal("machine"),
  id,
  state: word.describe("in the words of what runs it: running"),
});
const claim = z.object({
  event: z.literal("claim"),
  id,
  service: word.describe("what it is about"),
  machine: word.describe("several are joined with a comma"),
  title: word,
  holds: z.boolean(),
  expected: word,
  seen: word.describe("what was there at the last look"),
  look: word.describe("a command that shows it by hand"),
});
const task = z.object({
  event: z.literal("task"),
  id,
  app: word,
  address: word.describe("host:port, or the host alone"),
  machine: word.describe("empty where it is none of the lab's"),
  state: z.enum(["starting", "running"]),
});
const route = z.object({
  event: z.literal("route"),
  id: id.describe("the way in: bamboo"),
  url: word.describe("what its clients ask for"),
  servers: z
    .array(word)
    .describe("where it leads: host:port of a task where one is known, else the proxy's own name"),
  answers: word.describe("what a visitor gets: 200, or why there is no answer; empty where nobody asked"),
});
const look = z.object({
  event: z.literal("look"),
  id: id.describe("what is asked: tasks, claims, events"),
  state: z.enum(["answers", "slow", "silent"]),
  seen: word.describe("why it is slow or silent; empty where it answers"),
});
const work = z.object({
  event: z.literal("work"),
  id,
  command: word.describe("the mesos-lab command that works on the lab"),
});
const step = z.object({
  event: z.literal("step"),
  id,
  number: z.number().int(),
  language: z.enum(["en", "zh"]),
  title: word,
  text: word.describe("Markdown"),
  commands: z.array(word).max(50),
  see: word.describe("what the student should see"),
  question: word.optional(),
  done: z.boolean(),
  current: z.boolean(),
});
const run = z.object({ outcome: word, from: z.number(), to: z.number(), count: z.number() });
const mark = z.object({ at: z.number(), source: word, what: word, detail: word.optional() });
const drill = z.object({
  event: z.literal("drill"),
  id,
  state: z.enum(["runs", "recovered", "failed"]),
  text: word.describe("its newest news, or what it found"),
  breakAt: z.number().optional().describe("milliseconds on the drill's clock, as all times in it"),
  now: z.number().optional(),
  lanes: z
    .array(z.object({ way: word, runs: z.array(run) }))
    .optional()
    .describe("requests that ended alike"),
  marks: z.array(mark).optional().describe("what happened meanwhile"),
});
const gone = z.object({
  event: z.literal("gone"),
  of: z.enum(["machine", "claim", "task", "route", "work", "step"]).describe("the kind of event"),
  id,
});
const news = z.object({
  event: z.literal("news"),
  source: word.describe("who told it: marathon"),
  what: word.describe("TASK_KILLED"),
  detail: word.describe("about which task, and where"),
});

/** What is told of a thing holds until the next event of its kind with its id, or `gone`. */
export const thingSchemas = { lab, machine, claim, task, route, look, work, drill, step } as const;
/** What happened at one moment. */
export const momentSchemas = { gone, news } as const;

const all = [lab, machine, claim, task, route, look, work, drill, step, gone, news] as const;
const bodySchema = z.discriminatedUnion("event", all);
/** A whole line: an event and when this host learnt of it. */
export const eventSchema = z.object({ at: z.iso.datetime() }).and(bodySchema);

export type Thing = z.infer<(typeof thingSchemas)[keyof typeof thingSchemas]>;
export type Kind = Thing["event"];
/** One of a kind: `Of<"task">`. */
export type Of<K extends Kind> = { [E in Kind]: z.infer<(typeof thingSchemas)[E]> }[K];
/** An event before anybody has told when it was. */
export type Body = z.infer<typeof bodySchema>;
export type LabSeen = z.infer<typeof eventSchema>;
