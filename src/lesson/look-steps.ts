import { askLeadingMaster } from "../claims/leader.ts";
import { hostPortsOf } from "../demo/app.ts";
import { type Lab, machinesWith, portsOf } from "../lab/model.ts";
import { originOf } from "../probes/context.ts";
import { askInfo } from "../probes/marathon.ts";
import { askZookeeper } from "../probes/zookeeper.ts";
import type { StepId, StepText } from "../render/lesson/words.ts";
import { clean } from "../untrusted.ts";
import { frontPage, lessonApp } from "./page.ts";
import { done, type LessonStage, notYet, type Step } from "./stage.ts";

/** The right answers to a question, read from the lab. */
type Answers = (stage: LessonStage) => Promise<readonly string[]>;

const answers: Partial<Record<StepId, Answers>> = {
  zookeeper: async ({ lab, probes }) => {
    const machine = first(lab, "zookeeper");
    const { version } = await askZookeeper(
      probes.addressOf(machine, portsOf(lab, machine).zookeeper),
      probes,
    );
    return [version];
  },
  mesos: async ({ lab, probes }) => {
    const { leader, pid } = await askLeadingMaster(probes, lab);
    return [(leader ?? pid).replace(/^.*@/, "")];
  },
  slave: async ({ lab, probes }) => (await askLeadingMaster(probes, lab)).slaves.map(({ id }) => id),
  marathon: async ({ lab, probes }) => {
    const machine = first(lab, "marathon");
    const { frameworkId } = await askInfo(probes, originOf(probes, machine, portsOf(lab, machine).marathon));
    return frameworkId ? [frameworkId] : [];
  },
  bamboo: async (stage) => [String((await frontPage(stage))?.status)],
  discovery: async (stage) => {
    const app = await lessonApp(stage);
    return app === undefined ? [] : hostPortsOf(app);
  },
};

/** A step that is done when its question is answered; undefined where the step asks nothing. */
export function lookStep(text: StepText): Step | undefined {
  const { id, question } = text;
  const read = answers[id];
  if (read === undefined || question === undefined) return undefined;
  return {
    text,
    look: async (stage) => {
      const { answer } = stage;
      if (answer === undefined)
        return notYet(`it asks: ${question.en} (--answer)`, `请回答：${question.zh}（--answer）`);
      const right = await read(stage);
      if (right.some((each) => same(each, answer))) return done;
      const shown = clean(answer, 80);
      return right.length === 0
        ? notYet("the lab does not show the answer at the moment", "实验环境现在没有显示答案")
        : notYet(`"${shown}" is not what the lab shows`, `“${shown}” 与实验环境显示的不一致`);
    },
    solve: async (stage) => {
      const [right] = await read(stage);
      if (right === undefined) throw new Error(`the lab does not show the answer to step ${id}`);
      return clean(right, 120);
    },
  };
}

/** However it was copied. */
function same(right: string, answer: string): boolean {
  const bare = (text: string) =>
    text
      .trim()
      .replace(/^["'`]+|["'`,.]+$/g, "")
      .toLowerCase();
  return bare(right) === bare(answer);
}

function first(lab: Lab, service: "zookeeper" | "marathon") {
  const [machine] = machinesWith(lab, service);
  if (machine === undefined) throw new Error(`the lab ${lab.name} has no ${service}`);
  return machine;
}
