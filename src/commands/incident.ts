import { randomInt } from "node:crypto";
import { exitCodes, LabError } from "../errors.ts";
import { discoveryOf } from "../lab/discovery.ts";
import type { Lab } from "../lab/model.ts";
import { boundedLook } from "../lesson/check.ts";
import type { Level, Scene } from "../lesson/incidents/fault.ts";
import { isRepaired } from "../lesson/incidents/look.ts";
import { plant } from "../lesson/incidents/plant.ts";
import { type IncidentRecord, readIncident, writeIncident } from "../lesson/incidents/record.ts";
import { chosen } from "../lesson/incidents/scene.ts";
import { secondsBetween } from "../lesson/noted-times.ts";
import { bringState } from "../lesson/restore.ts";
import type { Look } from "../lesson/stage.ts";
import type { Language } from "../render/lesson/words.ts";
import type { LabFolder } from "../tools/lab-folder.ts";
import { paint } from "../ui/color.ts";
import { line, lineOf, runTasks } from "../ui/tasks.ts";
import { type Context, type LabOptions, type MadeLab, madeLab } from "./context.ts";
import { onStage, shellLanguage } from "./lesson/open.ts";
import { makeRoom } from "./lesson/restore.ts";

export interface IncidentOptions extends LabOptions {
  readonly seed?: number;
  readonly level?: Level;
  readonly language?: Language;
  readonly yes?: boolean;
}

/** All claims are looked at: a busy host needs longer for them than for a step of the lesson. */
const checkBounds = { limitMs: 60_000, soonMs: 60_000 };

const words = {
  en: {
    ticket: ({ victim, haproxy }: Scene, seen: string) =>
      `Visitors of ${victim} complain: ${haproxy}/ gives them ${seen}. Find out why, and mend it.`,
    repaired: (seconds: number) => `repaired after ${inWords(seconds)}`,
    noMore: "there are no more hints: npx mesos-lab incident reveal",
    repair: "One way to mend it:",
  },
  zh: {
    ticket: ({ victim, haproxy }: Scene, seen: string) =>
      `${victim} 的访问者抱怨：打开 ${haproxy}/ 得到的是 ${seen}。请找出原因并修复。`,
    repaired: (seconds: number) => `已修复，用时 ${inWords(seconds)}`,
    noMore: "没有更多提示了：npx mesos-lab incident reveal",
    repair: "一种修复方法：",
  },
} as const;

/** `incident start`, `check`, `hint`, `reveal`: a hidden fault to be found and mended. */
export async function incident(action: string, options: IncidentOptions, context: Context): Promise<number> {
  const { seed, level, language = shellLanguage(process.env), yes = false, ...which } = options;
  const made = madeLab(which);
  if (action === "start") return start(made, { seed, level: level ?? 1, language, yes }, context);
  const record = readIncident(made.folder);
  if (record === undefined) throw noIncident();
  const here = { ...made, record, ...chosen(made.lab, record.seed, record.level), language };
  if (action === "hint") return hint(here, context);
  return action === "reveal" ? reveal(here, context) : check(here, context);
}

interface Wish {
  readonly seed: number | undefined;
  readonly level: Level;
  readonly language: Language;
  readonly yes: boolean;
}

async function start(made: MadeLab, wish: Wish, context: Context): Promise<number> {
  const { lab, folder } = made;
  if (!discoveryOf(lab).includes("bamboo")) throw noBamboo(lab);
  const before = readIncident(folder);
  if (before !== undefined && before.ended === undefined && !wish.yes) throw goesOn();
  const { level, language } = wish;
  const seed = wish.seed ?? randomInt(1_000_000_000);
  const { fault, scene } = chosen(lab, seed, level);
  // What an earlier incident left is no loss.
  await makeRoom(made, "an incident", wish.yes || before !== undefined, context);
  let seen = "";
  const task = line(lineOf(context, "incident", "Something goes wrong"), () =>
    onStage(
      made,
      context,
      () => undefined,
      async (stage) => {
        await bringState(stage, { app: "absent" });
        seen = await plant(stage, fault, scene);
        writeIncident(folder, { seed, level, startedAt: new Date().toISOString(), hints: 0 });
        return undefined;
      },
    ),
  );
  await folder.locked(() => runTasks([task], context.display));
  const ticket = words[language].ticket(scene, seen);
  if (context.json) context.emit({ event: "result", started: true, level, victim: scene.victim, ticket });
  else context.print(ticket);
  return exitCodes.ok;
}

interface Here extends MadeLab, ReturnType<typeof chosen> {
  readonly record: IncidentRecord;
  readonly language: Language;
}

async function check(here: Here, context: Context): Promise<number> {
  const { folder, record, scene, language } = here;
  const look: Look = await onStage(here, context, context.note, (stage) =>
    boundedLook((each) => isRepaired(each, scene), stage, checkBounds),
  );
  const ended = look.done ? end(folder, record, "repaired") : record.ended;
  const seconds = secondsBetween(record.startedAt, ended?.at ?? new Date().toISOString());
  if (context.json) {
    const why = look.done ? {} : { why: look.why[language] };
    const revealed = ended?.by === "revealed";
    context.emit({ event: "result", repaired: look.done, ...why, seconds, hints: record.hints, revealed });
  } else {
    const { color } = context;
    const said = look.done
      ? `${paint(color, "green", "✔")} ${words[language].repaired(seconds)}`
      : `${paint(color, "red", "✖")} ${look.why[language]}`;
    context.print(said);
  }
  return look.done ? exitCodes.ok : exitCodes.verify;
}

async function hint({ folder, record, fault, language }: Here, context: Context): Promise<number> {
  const found = fault.hints[record.hints];
  if (found !== undefined) writeIncident(folder, { ...record, hints: record.hints + 1 });
  const said = found?.[language] ?? words[language].noMore;
  if (context.json)
    context.emit({ event: "result", hint: said, left: Math.max(0, fault.hints.length - record.hints - 1) });
  else context.print(said);
  return exitCodes.ok;
}

async function reveal({ folder, record, fault, scene, language }: Here, context: Context): Promise<number> {
  end(folder, record, "revealed");
  const repair = fault.repair(scene);
  if (context.json)
    context.emit({ event: "result", fault: fault.id, told: fault.told[language], repair, seed: record.seed });
  else
    for (const text of [
      fault.told[language],
      "",
      words[language].repair,
      ...repair.map((each) => `    ${each}`),
    ])
      context.print(text);
  return exitCodes.ok;
}

/** The first end counts: what is repaired after it was revealed was revealed. */
function end(
  folder: LabFolder,
  record: IncidentRecord,
  by: "repaired" | "revealed",
): IncidentRecord["ended"] {
  const ended = record.ended ?? { at: new Date().toISOString(), by };
  writeIncident(folder, { ...record, ended });
  return ended;
}

function inWords(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

function noIncident(): LabError {
  return new LabError("incident-missing", "there is no incident in this lab", {
    remedy: ["npx mesos-lab incident start"],
  });
}

function goesOn(): LabError {
  return new LabError("not-confirmed", "an incident goes on in this lab", {
    remedy: [
      "npx mesos-lab incident check",
      "npx mesos-lab incident start --yes: give this one up for another",
    ],
  });
}

function noBamboo(lab: Lab): LabError {
  return new LabError(
    "service-not-in-lab",
    "incidents are seen through Bamboo's proxy, and this lab has no Bamboo",
    {
      details: [`its ways of discovery: ${discoveryOf(lab).join(", ")}`],
      remedy: ["npx mesos-lab create --discovery bamboo"],
    },
  );
}
