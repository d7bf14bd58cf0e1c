import { type Lab, type Machine, machinesWith } from "../lab/model.ts";
import { beginToLeave, depart, type Leaving, stay } from "./leaving.ts";
import { moveApp, putBack, tasksOn } from "./move.ts";
import type { Mover } from "./mover.ts";

/** Rounds until no task is left on slaves that leave: a real Mesos may start one there meanwhile. */
const mostRounds = 5;
const putBackMs = 10_000;

/**
 * Moves what Marathon runs from slaves that leave to those that stay, so that no client notices.
 * @param lab as it will be; @param leaving the lab of which the slaves were, with only them in it.
 * @returns what was moved, in words; undefined where nothing was.
 * @throws LabError `verify` where an app has no place elsewhere: all is as it was then.
 */
export async function drainSlaves(
  lab: Lab,
  leaving: Lab,
  { notes, signal, say }: Pick<Mover, "notes" | "signal" | "say">,
): Promise<string | undefined> {
  const slaves = machinesWith(leaving, "mesos-slave");
  if (slaves.length === 0 || machinesWith(lab, "marathon").length === 0) return undefined;
  const { openHttp } = await import("../probes/http.ts");
  const http = openHttp();
  const mover: Mover = { http, lab, notes, signal, say };
  let told: readonly Leaving[] = [];
  try {
    told = await Promise.all(slaves.map((machine) => beginToLeave(http, leaving, machine, signal)));
    const moved = await moveAll(mover, slaves);
    const departing = told.filter(({ knows }) => knows);
    told = [];
    await Promise.all(departing.map((one) => depart(http, leaving, one, signal)));
    return moved;
  } finally {
    const back = AbortSignal.timeout(putBackMs);
    await Promise.all(told.filter(({ knows }) => knows).map((one) => stay(http, leaving, one, back))).catch(
      () => undefined,
    );
    await http.close();
  }
}

async function moveAll(mover: Mover, slaves: readonly Machine[]): Promise<string | undefined> {
  const moved = new Map<string, number>();
  for (let round = 0; round < mostRounds; round += 1) {
    const tasks = await tasksOn(mover, slaves);
    if (tasks.length === 0) break;
    for (const id of new Set(tasks.map(({ appId }) => appId))) {
      const old = tasks.filter(({ appId }) => appId === id);
      await moveApp(mover, id, old);
      moved.set(id, (moved.get(id) ?? 0) + old.length);
    }
  }
  const words = [...moved].map(([id, count]) => `${count} of ${id}`);
  return words.length === 0 ? undefined : `tasks moved: ${words.join(", ")}`;
}

/**
 * Apps that an earlier run, which was killed, has left with more tasks than they want.
 * @returns what was put back, in words.
 */
export async function putBackMoved(
  lab: Lab,
  { notes, signal, say }: Pick<Mover, "notes" | "signal" | "say">,
): Promise<string> {
  const { openHttp } = await import("../probes/http.ts");
  const http = openHttp();
  try {
    const left = notes.left();
    for (const app of left) await putBack({ http, lab, notes, signal, say }, app);
    return left.map(({ id, instances }) => `${id} to ${instances}`).join(", ");
  } finally {
    await http.close();
  }
}

/** Tells slaves that were to leave that they stay: what an earlier run was killed over has not told them so. */
export async function keepSlaves(lab: Lab, slaves: readonly Machine[], signal: AbortSignal): Promise<void> {
  const { openHttp } = await import("../probes/http.ts");
  const http = openHttp();
  try {
    await Promise.all(slaves.map((machine) => stay(http, lab, { machine, knows: true }, signal)));
  } finally {
    await http.close();
  }
}
