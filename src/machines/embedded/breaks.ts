import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { LabError } from "../../errors.ts";
import { type Lab, type Machine, type Part, portsOf } from "../../lab/model.ts";
import { parseAnswer } from "../../probes/answer.ts";
import { removeContainers } from "../../rehearsal/embedded/containers.ts";
import { folderMark, machineMark } from "../../rehearsal/embedded/plan.ts";
import { endMarked } from "../../rehearsal/processes/marked.ts";
import type { ProcessMark } from "../../tools/process-mark.ts";
import type { Breaks } from "../machines.ts";
import { freezeMarked, freezeProcess } from "./freeze.ts";
import { processParts, serviceId } from "./plan.ts";
import { newBootId, signalTo, untilGone } from "./processes.ts";
import { runningState } from "./state.ts";

/** As `docker restart` waits before it kills. */
const stopMs = 10_000;
/** However busy the host is. */
const backMs = 180_000;

/** Breaks of a lab whose services are processes: the launcher brings back what ends. */
export function embeddedBreaks(lab: Lab, folder: string): Breaks {
  return {
    local: true,
    restart: async (entry, signal) => {
      const before = processOf(lab, folder, entry);
      signalTo(before.pid, "SIGTERM");
      if (!(await untilGone(before, stopMs))) signalTo(before.pid, "SIGKILL");
      await untilBack(lab, folder, [entry], [before], signal);
    },
    removeTask: async (machine, hostPort, signal) => {
      const task = await taskAt(lab, machine, hostPort, signal);
      const marks = { [folderMark]: folder, [machineMark]: machine.name, MESOS_TASK_ID: task };
      if ((await removeContainers(marks)) + (await endMarked(marks)) > 0) return task;
      throw noProcess(task, machine);
    },
    reboot: async (machine, signal) => {
      const parts = processParts(lab).filter((part) => part.machine.name === machine.name);
      const before = parts.map((part) => processOf(lab, folder, part));
      newBootId(folder, machine.name, true);
      // All at once and without a word, as the power goes: services, their tasks, and HAProxy.
      for (const { pid } of before) signalTo(pid, "SIGKILL");
      await endMarked({ [folderMark]: folder, [machineMark]: machine.name });
      await removeContainers({ [folderMark]: folder, [machineMark]: machine.name });
      await untilBack(lab, folder, parts, before, signal);
    },
    freeze: async (entry, bounds) => freezeProcess(folder, processOf(lab, folder, entry), bounds),
    freezeTask: async (machine, hostPort, bounds) => {
      const name = await taskAt(lab, machine, hostPort, bounds.signal);
      const marks = { [machineMark]: machine.name, MESOS_TASK_ID: name };
      const frozen = await freezeMarked(folder, marks, bounds);
      if (frozen === undefined) throw noProcess(name, machine);
      return { name, ...frozen };
    },
    putBack: async (entry) =>
      runningState(folder) === undefined
        ? `${serviceId(lab, entry)} is not running: the lab's launcher has ended`
        : undefined,
  };
}

function noProcess(task: string, machine: Machine): LabError {
  return new LabError("nothing-to-break", `no process of task ${task} is left on ${machine.name}`, {
    remedy: ["npx mesos-lab status"],
  });
}

function processOf(lab: Lab, folder: string, part: Part): ProcessMark {
  const id = serviceId(lab, part);
  const mark = runningState(folder)?.services[id]?.process;
  if (mark !== undefined) return mark;
  throw new LabError("nothing-to-break", `${id} does not run`, { remedy: ["npx mesos-lab up"] });
}

/** Waits until the launcher has started other processes than these in their place. */
async function untilBack(
  lab: Lab,
  folder: string,
  parts: readonly Part[],
  before: readonly ProcessMark[],
  signal: AbortSignal,
): Promise<void> {
  const old = new Set(before.map(({ pid }) => pid));
  const deadline = performance.now() + backMs;
  const isBack = (part: Part) => {
    const state = runningState(folder)?.services[serviceId(lab, part)];
    return state?.process !== undefined && !old.has(state.process.pid);
  };
  while (!parts.every(isBack)) {
    if (signal.aborted) throw new LabError("interrupted", "interrupted during a break");
    if (performance.now() > deadline)
      throw new LabError(
        "break-not-undone",
        `what was ended has not been started again within ${backMs / 1000} s`,
        {
          remedy: ["npx mesos-lab up"],
        },
      );
    await sleep(10);
  }
}

const taskSchema = z.object({ id: z.string(), resources: z.record(z.string(), z.unknown()) });
const stateSchema = z.object({
  frameworks: z.array(z.object({ executors: z.array(z.object({ tasks: z.array(taskSchema) })) })),
});

/** The task that the machine's agent has given this port. */
async function taskAt(lab: Lab, machine: Machine, hostPort: number, signal: AbortSignal): Promise<string> {
  const { openHttp } = await import("../../probes/http.ts");
  const http = openHttp();
  try {
    const url = `http://${machine.ip}:${portsOf(lab, machine).mesosSlave}/state.json`;
    const state = parseAnswer((await http.get(url, { signal })).text, stateSchema);
    const tasks = state.frameworks.flatMap(({ executors }) =>
      executors.flatMap((executor) => executor.tasks),
    );
    const found = tasks.find(({ resources }) => holdsPort(String(resources.ports ?? ""), hostPort));
    if (found !== undefined) return found.id;
  } finally {
    await http.close();
  }
  throw new LabError("nothing-to-break", `no task on ${machine.name} has the port ${hostPort}`, {
    remedy: ["npx mesos-lab status"],
  });
}

/** Whether `[31005-31005, 31010-31012]` has the port in it. */
function holdsPort(ranges: string, port: number): boolean {
  return [...ranges.matchAll(/(\d+)-(\d+)/g)].some(
    ([, begin, end]) => Number(begin) <= port && port <= Number(end),
  );
}
