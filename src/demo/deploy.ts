import { LabError } from "../errors.ts";
import type { Http } from "../probes/http.ts";
import { waitFor } from "../probes/wait.ts";
import { type AppDefinition, type AppState, absoluteId, isAsWanted, progressOf } from "./app.ts";
import { type Addresses, encodePath, findApp, findRules, patientMs, refused } from "./services.ts";

/** What every step of the demo shares. */
export interface Stage {
  readonly http: Http;
  readonly at: Addresses;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** An image may have to be pulled, and a machine in software is slow. */
const runningLimitMs = 600_000;
const goneLimitMs = 120_000;

/** Makes Marathon run the app as it is written; returns whether anything had to be changed. */
export async function deployApp(stage: Stage, text: string): Promise<boolean> {
  const { http, at, signal } = stage;
  const wanted = parsed(text);
  if (wanted !== undefined) {
    const there = await findApp(http, at.marathon, absoluteId(wanted.id), signal);
    if (there !== undefined && isAsWanted(wanted, there)) return false;
    if (there !== undefined) {
      const answer = await http.send(
        "PUT",
        `${at.marathon}/v2/apps/${encodePath(absoluteId(wanted.id))}`,
        wanted,
        { signal, timeoutMs: patientMs },
      );
      if (answer.status >= 300) throw refused("Marathon", answer);
      return true;
    }
  }
  // What is no JSON goes to Marathon as it is, whose complaint is shown.
  const answer = await http.sendText("POST", `${at.marathon}/v2/apps`, text, {
    signal,
    timeoutMs: patientMs,
  });
  if (answer.status !== 201) throw refused("Marathon", answer);
  return true;
}

function parsed(text: string): AppDefinition | undefined {
  try {
    const value = JSON.parse(text) as Partial<AppDefinition> | null;
    return typeof value?.id === "string" && value.id !== "" ? (value as AppDefinition) : undefined;
  } catch {
    return undefined;
  }
}

/** Waits until all of the app's tasks run and no deployment is under way; returns what Marathon says of it then. */
export async function untilRunning(stage: Stage, id: string): Promise<AppState> {
  const waited = await waitFor(
    async (signal) => {
      const app = await findApp(stage.http, stage.at.marathon, id, signal);
      if (app === undefined) return { ok: false, seen: "Marathon does not know the app" };
      stage.say(progressOf(app));
      const settled = app.tasksRunning >= app.instances && app.deployments.length === 0;
      return settled ? { ok: true, value: app } : { ok: false, seen: progressOf(app) };
    },
    { timeoutMs: runningLimitMs, signal: stage.signal },
  );
  if (waited.ok) return waited.value;
  throw new LabError("app-not-running", `the app ${id} does not run within ${runningLimitMs / 1000} s`, {
    details: [`last seen: ${waited.seen}`],
    remedy: [`look at ${stage.at.marathon}/`, "npx mesos-lab logs mesos-slave"],
  });
}

/** Gives the app its rule in Bamboo, which is at that URL; returns whether it had to be changed. */
export async function putRule(stage: Stage, bamboo: string, id: string, acl: string): Promise<boolean> {
  const { http, signal } = stage;
  if ((await findRules(http, bamboo, signal)).get(id) === acl) return false;
  // PUT creates or replaces; POST would refuse what exists.
  const answer = await http.send(
    "PUT",
    `${bamboo}/api/services/${encodePath(id)}`,
    { id, acl },
    { signal, timeoutMs: patientMs },
  );
  if (answer.status !== 200) throw refused("Bamboo", answer);
  return true;
}

/** Removes an app's rule from Bamboo; returns whether there was one. */
export async function removeRule({ http, at, signal }: Stage, id: string): Promise<boolean> {
  if (at.bamboo === undefined || !(await findRules(http, at.bamboo, signal)).has(id)) return false;
  const url = `${at.bamboo}/api/services/${encodePath(id)}`;
  const answer = await http.send("DELETE", url, undefined, { signal, timeoutMs: patientMs });
  if (answer.status !== 200) throw refused("Bamboo", answer);
  return true;
}

/**
 * Asks Marathon to remove an app, which takes a while.
 * @param force whatever deployment of it is under way
 */
export async function askToRemove(
  { http, at, signal }: Stage,
  id: string,
  { force }: { readonly force: boolean } = { force: false },
): Promise<void> {
  const url = `${at.marathon}/v2/apps/${encodePath(id)}${force ? "?force=true" : ""}`;
  const answer = await http.send("DELETE", url, undefined, { signal, timeoutMs: patientMs });
  if (answer.status !== 200 && answer.status !== 404) throw refused("Marathon", answer);
}

/** Removes the rule and the app, as far as they are there; returns whether anything was. */
export async function removeApp(stage: Stage, id: string): Promise<boolean> {
  const { http, at, signal } = stage;
  const hadRule = await removeRule(stage, id);
  if ((await findApp(http, at.marathon, id, signal)) === undefined) return hadRule;
  await askToRemove(stage, id);
  const gone = await waitFor(
    async (each) =>
      (await findApp(http, at.marathon, id, each)) === undefined
        ? { ok: true, value: undefined }
        : { ok: false, seen: "Marathon still has it" },
    { timeoutMs: goneLimitMs, signal },
  );
  if (gone.ok) return true;
  throw new LabError("app-not-gone", `the app ${id} is not gone within ${goneLimitMs / 1000} s`, {
    details: [`last seen: ${gone.seen}`],
    remedy: [`look at ${at.marathon}/`],
  });
}
