import { hostPortsOf } from "../demo/app.ts";
import { addressesOf, encodePath, findApp, patientMs, refused } from "../demo/services.ts";
import type { Machine } from "../lab/model.ts";
import { labContext } from "../probes/context.ts";
import { askTasks, type MarathonTask } from "../probes/marathon.ts";
import { waitFor } from "../probes/wait.ts";
import { holdRoutes, releaseRoutes } from "./held.ts";
import { untilListening } from "./listening.ts";
import { type Mover, runningLimitMs, unmoved } from "./mover.ts";
import type { Moving } from "./moving.ts";
import { routersOf, untilRouted } from "./routes.ts";

/** For as long an app may have no task that starts: then nothing has room for it. */
const noRoomMs = 30_000;
const goneLimitMs = 60_000;
const lookMs = 50;

/** Marathon's tasks on these machines. */
export function tasksOn(mover: Mover, machines: readonly Machine[]): Promise<readonly MarathonTask[]> {
  const { http, lab, signal } = mover;
  const hosts = new Set(machines.map(({ ip }) => ip));
  return askTasks(labContext(http, signal, patientMs), addressesOf(lab).marathon).then((tasks) =>
    tasks.filter(({ host }) => hosts.has(host)),
  );
}

/**
 * Starts as many tasks of an app elsewhere as it has on machines that leave, waits until its clients are led there, and
 * gives up the old ones; what they serve they serve to its end.
 * @throws LabError `verify` where they do not start elsewhere: the app is as it was then.
 */
export async function moveApp(mover: Mover, id: string, old: readonly MarathonTask[]): Promise<void> {
  const { http, lab, notes, signal } = mover;
  const { marathon } = addressesOf(lab);
  const before = await findApp(http, marathon, id, signal);
  if (before === undefined) return;
  const { instances } = before;
  const moving: Moving = { id, instances, scaledTo: instances + old.length };
  const places = old.flatMap(({ host, ports }) => (ports ?? []).slice(0, 1).map((port) => `${host}:${port}`));
  const routers = routersOf(lab, id, before, signal);
  let isScaled = true;
  try {
    await holdRoutes(mover, id);
    notes.begin(moving);
    await scale(mover, marathon, id, moving.scaledTo, false);
    const fresh = await untilElsewhere(mover, marathon, id, { instances, old });
    await untilListening(mover, id, { fresh, old: places });
    await releaseRoutes(mover, id);
    await untilRouted(mover, id, routers, { old: places, fresh });
    const ids = old.map((task) => task.id);
    const answer = await http.send(
      "POST",
      `${marathon}/v2/tasks/delete?scale=true&force=true`,
      { ids },
      {
        ...{ signal, timeoutMs: patientMs },
      },
    );
    if (answer.status !== 200) throw refused("Marathon", answer);
    isScaled = false;
    notes.end(id);
  } finally {
    // As it was, also after an interrupt. What cannot be reached now is put back by the next run.
    if (isScaled) {
      const back = { ...mover, signal: AbortSignal.timeout(patientMs) };
      await putBack(back, moving).catch(() => undefined);
    }
  }
  await untilGone(mover, old);
  await untilRouted(mover, id, routers, { old: places });
}

/** An app as it was before its tasks moved: the youngest tasks go, which are the new ones. What somebody else has scaled since stays. */
export async function putBack(mover: Mover, { id, instances, scaledTo }: Moving): Promise<void> {
  const { http, lab, notes, signal } = mover;
  const { marathon } = addressesOf(lab);
  const app = await findApp(http, marathon, id, signal);
  if (app?.instances === scaledTo) await scale(mover, marathon, id, instances, true);
  await releaseRoutes(mover, id);
  notes.end(id);
}

async function scale(
  { http, signal, say }: Mover,
  marathon: string,
  id: string,
  instances: number,
  force: boolean,
): Promise<void> {
  const url = `${marathon}/v2/apps/${encodePath(id)}${force ? "?force=true" : ""}`;
  const waited = await waitFor(
    async (each) => {
      const answer = await http.send("PUT", url, { instances }, { signal: each, timeoutMs: patientMs });
      if (answer.status < 300) return { ok: true, value: undefined };
      // Another deployment of the app is under way.
      if (answer.status !== 409) throw refused("Marathon", answer);
      say(`${id}: waiting for a deployment that is under way`);
      return { ok: false, seen: "a deployment of it is under way" };
    },
    { timeoutMs: runningLimitMs, signal },
  );
  if (!waited.ok) throw unmoved(id, waited.seen);
}

/** The places of the app's tasks on machines that stay, once they are as many as it wants. */
async function untilElsewhere(
  { http, signal, say }: Mover,
  marathon: string,
  id: string,
  { instances, old }: { readonly instances: number; readonly old: readonly MarathonTask[] },
): Promise<readonly string[]> {
  const leaving = new Set(old.map((task) => task.id));
  let startedAt = performance.now();
  let tasksBefore = -1;
  const waited = await waitFor<readonly string[]>(
    async (each) => {
      const app = await findApp(http, marathon, id, each);
      if (app === undefined) return { ok: true, value: [] };
      const elsewhere = app.tasks.filter((task) => !leaving.has(task.id));
      if (app.tasks.length !== tasksBefore) startedAt = performance.now();
      tasksBefore = app.tasks.length;
      const seen = `${id}: ${elsewhere.length} of ${instances} tasks elsewhere, ${app.tasksRunning} run in all`;
      say(seen);
      const running = app.tasksRunning >= app.instances && app.deployments.length === 0;
      if (running && elsewhere.length >= instances)
        return { ok: true, value: hostPortsOf({ ...app, tasks: elsewhere }) };
      if (app.tasks.length < instances + old.length && performance.now() - startedAt > noRoomMs)
        throw unmoved(id, `${seen}; no other slave has room for it, or its constraints allow none`);
      return { ok: false, seen };
    },
    { timeoutMs: runningLimitMs, intervalMs: lookMs, signal },
  );
  if (!waited.ok) throw unmoved(id, waited.seen);
  return waited.value;
}

async function untilGone(mover: Mover, old: readonly MarathonTask[]): Promise<void> {
  const { http, lab, signal } = mover;
  const { marathon } = addressesOf(lab);
  const ids = new Set(old.map(({ id }) => id));
  const [first] = old;
  if (first === undefined) return;
  await waitFor(
    async (each) => {
      const app = await findApp(http, marathon, first.appId, each);
      const left = app?.tasks.filter(({ id }) => ids.has(id)).length ?? 0;
      return left === 0 ? { ok: true, value: undefined } : { ok: false, seen: `${left} are left` };
    },
    { timeoutMs: goneLimitMs, intervalMs: lookMs, signal },
  );
}
