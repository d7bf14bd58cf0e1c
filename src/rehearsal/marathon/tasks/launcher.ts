import type { ApiOffer, TaskInfo } from "../../mesos/api.ts";
import type { AppDefinition } from "../apps/model.ts";
import { newTaskId } from "../apps/path-id.ts";
import type { Registry } from "../apps/registry.ts";
import { timestamp } from "../apps/timestamp.ts";
import type { MarathonOptions } from "../options.ts";
import type { MesosClient } from "./mesos-client.ts";
import { contentOf, place, type Random, type Remains } from "./offers.ts";
import { taskInfo } from "./task-info.ts";

export interface LauncherParts {
  readonly registry: Registry;
  readonly client: MesosClient;
  readonly options: MarathonOptions;
  readonly random: Random;
  /** The apps that have tasks to be launched now, in the order in which they are served. */
  readonly waiting: () => readonly AppDefinition[];
  /** How many tasks of an app still have to be launched. */
  readonly missing: (app: AppDefinition) => number;
}

/** Launches tasks in an offer, as many as may be and fit; the rest of it goes back. */
export async function useOffer(parts: LauncherParts, offer: ApiOffer): Promise<void> {
  const { registry, client, options } = parts;
  const infos = await launchedIn(parts, offer);
  const offer_ids = [offer.id];
  if (infos.length === 0) {
    const filters = { refuse_seconds: options.declineOfferDurationMs / 1000 };
    await client.call({ type: "DECLINE", decline: { offer_ids, filters } });
    return;
  }
  const operations = [{ type: "LAUNCH", launch: { task_infos: infos } }];
  const accept = { offer_ids, operations, filters: { refuse_seconds: 0 } };
  const sent = await client.call({ type: "ACCEPT", accept });
  if (!sent) for (const info of infos) await registry.tasks.drop(info.task_id.value);
}

async function launchedIn(parts: LauncherParts, offer: ApiOffer): Promise<TaskInfo[]> {
  const { registry, options, random, missing } = parts;
  const infos: TaskInfo[] = [];
  let remains = contentOf(offer);
  for (const app of parts.waiting()) {
    while (infos.length < options.maxTasksPerOffer && missing(app) > 0) {
      const placement = place(app, registry.tasks.of(app.id), remains, random);
      if (placement === undefined) break;
      remains = placement.remains;
      infos.push(await launched(registry, app, offer, placement.hostPorts, remains));
    }
  }
  return infos;
}

/** Written down first: a leader that dies here finds the task again. */
async function launched(
  registry: Registry,
  app: AppDefinition,
  offer: ApiOffer,
  hostPorts: readonly number[],
  { attributes }: Remains,
): Promise<TaskInfo> {
  const taskId = newTaskId(app.id);
  await registry.tasks.save({
    id: taskId,
    appId: app.id,
    host: offer.hostname,
    ipAddresses: [],
    ports: hostPorts,
    startedAt: null,
    stagedAt: timestamp(),
    version: app.version,
    slaveId: offer.agent_id.value,
    state: "TASK_STAGING",
    attributes,
  });
  return taskInfo(app, { taskId, agentId: offer.agent_id.value, host: offer.hostname, hostPorts });
}
