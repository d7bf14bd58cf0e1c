import { untilRunning } from "../../demo/deploy.ts";
import { encodePath, patientMs, refused } from "../../demo/services.ts";
import type { LessonStage } from "../stage.ts";

/** What is done to a lab through its services' APIs. @throws LabError with the service's own words when it refuses. */

export async function sent(
  { http, signal }: LessonStage,
  method: "POST" | "PUT" | "DELETE",
  url: string,
  body?: unknown,
): Promise<void> {
  const answer = await http.send(method, url, body, { signal, timeoutMs: patientMs });
  if (answer.status >= 300) throw refused(url, answer);
}

export async function putRuleOf(stage: LessonStage, id: string, acl: string): Promise<void> {
  await sent(stage, "PUT", `${stage.at.bamboo}/api/services/${encodePath(id)}`, { id, acl });
}

export async function untilTaskRuns(stage: LessonStage, id: string): Promise<void> {
  await untilRunning(stage, id);
}
