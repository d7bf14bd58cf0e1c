import { setTimeout as sleep } from "node:timers/promises";
import { workshopLab } from "../helpers/workshop/lab.ts";
import type { Workshop } from "../helpers/workshop/workshop.ts";
import { print } from "./figures.ts";
import { postApp } from "./requests.ts";

const readers = 10;
const tasks = 100;
const limitMs = 120_000;

/** What ten readers of Marathon's event stream hear of a hundred tasks that start. */
export async function events(workshop: Workshop): Promise<void> {
  const lab = workshopLab(workshop, "runsOn: embedded\n");
  await lab.run("create");
  const marathon = lab.origin("marathon");
  const ending = new AbortController();
  const heard = Array.from({ length: readers }, () => new Set<string>());
  const streams = await Promise.all(heard.map((ids) => listen(`${marathon}/v2/events`, ids, ending.signal)));
  const begin = performance.now();
  try {
    const app = { id: "many", cmd: "exec sleep 3600", cpus: 0.01, mem: 4, instances: tasks };
    await postApp(`${marathon}/v2/apps`, app);
    while (heard.some(({ size }) => size < tasks) && performance.now() - begin < limitMs) await sleep(20);
  } finally {
    const tookMs = performance.now() - begin;
    ending.abort();
    await Promise.allSettled(streams.map(({ ended }) => ended));
    await lab.run("destroy");
    const lost = heard.map(({ size }) => tasks - size);
    print(`${readers} readers of Marathon's events, ${tasks} tasks that start`, { tookMs: [tookMs], lost }, [
      ["until the last one has heard of all", `${Math.round(tookMs)} ms`],
      ["tasks that some reader did not hear of", String(lost.reduce((sum, one) => sum + one, 0))],
    ]);
  }
}

/** Notes the ids of the tasks that are told to run. Resolves once the stream is open. */
async function listen(url: string, ids: Set<string>, signal: AbortSignal) {
  const answer = await fetch(url, { headers: { accept: "text/event-stream" }, signal });
  const read = async () => {
    let text = "";
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString("utf8");
      const lines = text.split("\r\n");
      text = lines.pop() ?? "";
      for (const line of lines) note(line, ids);
    }
  };
  return { ended: read() };
}

function note(line: string, ids: Set<string>): void {
  if (!line.startsWith("data: ")) return;
  const { taskStatus, taskId } = JSON.parse(line.slice("data: ".length)) as Record<string, string>;
  if (taskStatus === "TASK_RUNNING" && taskId !== undefined) ids.add(taskId);
}
