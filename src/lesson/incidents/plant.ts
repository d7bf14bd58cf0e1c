import { isWelcomePage } from "../../lab/demo.ts";
import { ProbeError } from "../../probes/probe-error.ts";
import { waitFor } from "../../probes/wait.ts";
import { frontPage } from "../page.ts";
import type { LessonStage } from "../stage.ts";
import { putRuleOf, sent } from "./acts.ts";
import type { Fault, Scene } from "./fault.ts";

/** So long a fault may take to be felt. */
const feltMs = 180_000;

/** Gives the lab its apps, and the fault; resolves with what a visitor gets once it is felt. */
export async function plant(stage: LessonStage, fault: Fault, scene: Scene): Promise<string> {
  const apps = `${scene.marathon}/v2/apps`;
  for (const [index, id] of scene.bystanders.entries()) await sent(stage, "POST", apps, bystander(id, index));
  await sent(stage, "POST", apps, fault.app?.(scene) ?? scene.app);
  const rule = fault.rule === undefined ? scene.rule : fault.rule(scene);
  if (rule !== undefined) await putRuleOf(stage, rule.id, rule.acl);
  await fault.after?.(stage, scene);
  return untilFelt(stage);
}

/** Something that runs and matters to nobody here. */
function bystander(id: string, index: number) {
  return { id, cmd: `sleep ${86_400 + index}`, cpus: 0.05, mem: 16, instances: 1, ports: [0] };
}

async function untilFelt(stage: LessonStage): Promise<string> {
  const waited = await waitFor<string>(
    async () => {
      const seen = await visitorsAnswer(stage);
      return seen === undefined ? { ok: false, seen: "visitors are served" } : { ok: true, value: seen };
    },
    { timeoutMs: feltMs, signal: stage.signal },
  );
  if (waited.ok) return waited.value;
  throw new Error("the fault is not felt");
}

/** What a visitor gets instead of the page; undefined where it is the page. */
export async function visitorsAnswer(stage: LessonStage): Promise<string | undefined> {
  try {
    const answer = await frontPage(stage);
    if (answer === undefined || isWelcomePage(answer.text, answer.status)) return undefined;
    return `status ${answer.status}`;
  } catch (error) {
    if (error instanceof ProbeError) return error.message;
    throw error;
  }
}
