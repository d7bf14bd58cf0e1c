import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";
import type { LabError } from "../../src/errors.ts";
import { planText } from "../../src/machines/embedded/processes.ts";
import { untilReady } from "../../src/machines/embedded/ready.ts";
import { digestOf, type Plan, type ServiceState } from "../../src/rehearsal/embedded/plan.ts";
import type { ProcessMark } from "../../src/tools/process-mark.ts";

/** What a launcher tells of its services is a file that the test writes, and time passes as the test says. */

const ids = ["zookeeper@master", "mesos-master@master", "marathon@master"] as const;
type Told = Partial<Record<(typeof ids)[number], ServiceState>>;
export const notReady = { ready: false, failures: 0 };
export const failing = (failures: number) => ({ ready: false, failures });
/** No number that a process of Linux has. */
export const nobody = { pid: 4_194_305, startedAt: "0" };

let folder: string;
let plan: Plan;
export const log = (id: string) => join(folder, `${id}.log`);

/** Gives each test of a file a launcher. Files of one worker share this module: each has to ask for it. */
export function haveLauncher(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ready-"));
    const [program, ...services] = ids.map((id) => ({ id, log: log(id) }));
    plan = { folder, programs: [program], services } as unknown as Plan;
    for (const id of [...ids, "launcher"]) writeFileSync(log(id), `${id} said this last\n`);
    vi.useFakeTimers({ toFake: ["performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  });
}

/** The launcher says that all are ready, but for these. */
export function tell(but: Told, launcher: ProcessMark = nobody, digest = digestOf(planText(plan))): void {
  const ready = Object.fromEntries(ids.map((id) => [id, { ready: true, failures: 0 }]));
  const state = { launcher, plan: digest, services: { ...ready, ...but } };
  writeFileSync(join(folder, "state.json"), JSON.stringify(state));
}

export const pass = (seconds: number) => void vi.advanceTimersByTime(seconds * 1_000);

/** @param meanwhile runs at each look */
export async function wait(meanwhile: () => void, ended?: string, signal = new AbortController().signal) {
  let said = "";
  const launcher = { log: log("launcher"), ended };
  const waiting = untilReady(plan, launcher, signal, (text) => {
    said = text;
    meanwhile();
  });
  const failure = await waiting.then(
    () => undefined,
    (error: LabError) => error,
  );
  return { said, failure };
}
