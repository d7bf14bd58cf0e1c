import { exitCodes } from "../../errors.ts";
import { currentStep, type Notes, readNotes } from "../../lesson/notes.ts";
import type { Step } from "../../lesson/stage.ts";
import type { Language } from "../../render/lesson/words.ts";
import { paint } from "../../ui/color.ts";
import { formatTable } from "../../ui/table.ts";
import type { Context } from "../context.ts";
import { noteCurrent } from "./begin.ts";
import { type Lesson, onStage } from "./open.ts";

const words = {
  en: {
    progress: (passed: number, all: number) => `${passed} of ${all} steps are done`,
    solved: "(solved for you)",
    see: "You should see:",
    question: "Question:",
    check: "Check:",
    over: "That was the lesson. Faults to find: drills, and a lab of your own.",
  },
  zh: {
    progress: (passed: number, all: number) => `${all} 步中已完成 ${passed} 步`,
    solved: "（由工具代做）",
    see: "您应该看到：",
    question: "问题：",
    check: "检查：",
    over: "课程到此结束。接下来可以做更多演练。",
  },
} as const;

/** `lesson`: every step with what is done of it, and the next one in full. */
export async function show(here: Lesson, context: Context): Promise<number> {
  const notes = readNotes(here.folder);
  const current = currentStep(notes, here.ids);
  const step = here.steps.find(({ text }) => text.id === current);
  if (context.json) emitJson(here, notes, step, context);
  else for (const text of lines(here, notes, step, context)) context.print(text);
  await onStage(here, context, context.note, (stage) => noteCurrent(here, notes, stage));
  return exitCodes.ok;
}

function emitJson(here: Lesson, { passed }: Notes, current: Step | undefined, context: Context): void {
  const steps = here.steps.map(({ text }) => ({
    ...{ id: text.id, title: text.title[here.language] },
    passed: passed[text.id] !== undefined,
    ...passed[text.id],
  }));
  context.emit({ event: "result", steps, ...(current && { next: stepJson(current, here.language) }) });
}

function stepJson({ text }: Step, language: Language) {
  const { id, commands, question } = text;
  return {
    ...{ id, commands, title: text.title[language], text: text.text[language], see: text.see[language] },
    ...(question && { question: question[language] }),
  };
}

function lines(here: Lesson, { passed }: Notes, current: Step | undefined, context: Context): string[] {
  const { language, steps } = here;
  const said = words[language];
  const rows = steps.map(({ text: { id, title } }) => {
    const mark = passed[id] !== undefined ? "✔" : id === current?.text.id ? "▸" : "·";
    const how = passed[id]?.by === "solve" ? ` ${said.solved}` : "";
    return [` ${mark}`, id, `${title[language]}${how}`];
  });
  const count = said.progress(Object.keys(passed).length, steps.length);
  const table = formatTable([{ title: "" }, { title: "" }, { title: "" }], rows, { width: context.width });
  const list = [...table, "", count, ""];
  return current === undefined ? [...list, said.over] : [...list, ...stepLines(current, here, context)];
}

function stepLines({ text }: Step, { language, ids }: Lesson, { color }: Context): string[] {
  const said = words[language];
  const number = ids.indexOf(text.id) + 1;
  const bold = (each: string) => paint(color, "bold", each);
  const answer = text.question === undefined ? "" : " --answer <text>";
  return [
    bold(`${number}. ${text.title[language]}`),
    "",
    text.text[language],
    "",
    ...text.commands.map((command) => `    ${command.replaceAll("\n", "\n    ")}`),
    "",
    `${said.see} ${text.see[language]}`,
    ...(text.question === undefined ? [] : [`${said.question} ${text.question[language]}`]),
    `${said.check} npx mesos-lab lesson check${answer}`,
  ];
}
