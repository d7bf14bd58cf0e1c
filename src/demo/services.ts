import * as z from "zod";
import { LabError } from "../errors.ts";
import { bambooUrl, marathonUrl } from "../lab/catalogue/addresses.ts";
import { type Lab, machinesWith } from "../lab/model.ts";
import { naming, parseAnswer } from "../probes/answer.ts";
import type { Http, HttpAnswer } from "../probes/http.ts";
import { clean } from "../untrusted.ts";
import type { AppState } from "./app.ts";

/** Where the demo's requests go. */
export interface Addresses {
  readonly marathon: string;
  /** Absent in a lab without Bamboo: its other methods need no rule. */
  readonly bamboo?: string;
}

export function addressesOf(lab: Lab): Addresses {
  const [marathon] = machinesWith(lab, "marathon");
  const [bamboo] = machinesWith(lab, "bamboo");
  if (marathon === undefined)
    throw new LabError("service-not-in-lab", "this lab has no Marathon to run an app", {
      remedy: ["let a machine run `marathon` in mesos-lab.yaml"],
    });
  return { marathon: marathonUrl(lab, marathon), ...(bamboo && { bamboo: bambooUrl(lab, bamboo) }) };
}

const appSchema = z.object({
  app: z.looseObject({
    id: z.string(),
    instances: z.number(),
    tasksRunning: z.number(),
    tasksStaged: z.number(),
    ports: z.array(z.number()).nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
    deployments: z.array(z.unknown()).default([]),
    lastTaskFailure: z.object({ state: z.string(), message: z.string() }).nullish(),
    tasks: z
      .array(z.object({ id: z.string(), host: z.string(), ports: z.array(z.number()).default([]) }))
      .default([]),
  }),
});

/** The app as Marathon has it, or undefined where it has none of that name. @throws ProbeError on what is no app */
export async function findApp(
  http: Http,
  marathon: string,
  id: string,
  signal: AbortSignal,
): Promise<(AppState & Record<string, unknown>) | undefined> {
  const url = `${marathon}/v2/apps/${encodePath(id)}`;
  const answer = await http.get(url, { signal, timeoutMs: patientMs });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refused("Marathon", answer);
  return (await naming(url, async () => parseAnswer(answer.text, appSchema))).app;
}

const servicesSchema = z.record(z.string(), z.object({ Id: z.string(), Acl: z.string() }));

/** Bamboo's rules by app id. @throws ProbeError on what are no rules */
export async function findRules(
  http: Http,
  bamboo: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const url = `${bamboo}/api/services`;
  const answer = await http.get(url, { signal, timeoutMs: patientMs });
  if (answer.status !== 200) throw refused("Bamboo", answer);
  const rules = await naming(url, async () => parseAnswer(answer.text, servicesSchema));
  return new Map(Object.values(rules).map(({ Id, Acl }) => [Id, Acl]));
}

/** Longer than a machine in software takes to answer while it starts a task. */
export const patientMs = 30_000;

/** The error for an answer that is a refusal: the service's own words, whole. */
export function refused(service: string, answer: HttpAnswer): LabError {
  const id = answer.status < 500 ? "service-refused-request" : "service-failed-request";
  return new LabError(id, `${service} refused with status ${answer.status}`, {
    details: [clean(answer.text, 10_000)],
    remedy: ["npx mesos-lab verify"],
  });
}

/** An app's id as part of a URL: its slashes stay. */
export function encodePath(id: string): string {
  return id.split("/").map(encodeURIComponent).join("/");
}
