import { LabError } from "../errors.ts";
import type { HttpAnswer } from "../probes/http.ts";
import { waitFor } from "../probes/wait.ts";
import { progressOf } from "./app.ts";
import type { Stage } from "./deploy.ts";
import { findApp } from "./services.ts";
import type { WayIn } from "./ways-in.ts";

const pageLimitMs = 120_000;

/** The answer to one visitor, and where the way led to. */
export interface Visit extends Pick<HttpAnswer, "status" | "text"> {
  readonly url: string;
}

/** Visits the application as a client of that way does. @throws Error in words when nobody answers, or the name is unknown. */
export async function visit(
  { http, signal }: Pick<Stage, "http" | "signal">,
  { url, host, resolve }: WayIn,
  timeoutMs = 5_000,
): Promise<Visit> {
  const to = await resolve?.();
  const led = to === undefined ? url : `http://${to.address}:${to.port}/`;
  const named = host ?? (to && new URL(url).host);
  const { status, text } = await http.get(led, {
    signal,
    timeoutMs,
    ...(named !== undefined && { headers: { host: named } }),
  });
  return { url: led, status, text };
}

/** Waits until visitors of one way get the app's page; returns where it led them. @throws LabError `verify` */
export async function untilServed(
  stage: Stage,
  id: string,
  way: WayIn,
  isPage: (body: string, status: number) => boolean,
): Promise<string> {
  const waited = await waitFor(
    async (signal) => {
      const answer = await visit({ http: stage.http, signal }, way).catch((error: Error) => error.message);
      const seen =
        typeof answer === "string"
          ? answer
          : answer.status === 503
            ? "503: HAProxy has no server for it yet"
            : `status ${answer.status}`;
      stage.say(seen);
      const served = typeof answer !== "string" && isPage(answer.text, answer.status);
      return served ? { ok: true, value: answer.url } : { ok: false, seen };
    },
    { timeoutMs: pageLimitMs, signal: stage.signal },
  );
  if (waited.ok) return waited.value;
  const app = await findApp(stage.http, stage.at.marathon, id, stage.signal).catch(() => undefined);
  throw new LabError(
    "page-not-shown",
    `${way.url} (${way.name}) does not show the app within ${pageLimitMs / 1000} s`,
    {
      details: [`last seen: ${waited.seen}`, ...(app === undefined ? [] : [`${id}: ${progressOf(app)}`])],
      remedy: ["npx mesos-lab verify", `npx mesos-lab logs ${way.method}`],
    },
  );
}

/** How to try a way by hand: a command. */
export function commandFor({ url, host, shown }: WayIn): string {
  if (shown !== undefined && "name" in shown) return `npx mesos-lab dig ${shown.name}`;
  return host === undefined ? `curl ${url}` : `curl -H 'Host: ${host}' ${url}`;
}
