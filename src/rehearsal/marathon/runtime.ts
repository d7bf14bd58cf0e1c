import type { Store } from "../store/store.ts";
import { Registry } from "./apps/registry.ts";
import { Deployments } from "./deployments/deployments.ts";
import { GroupManager } from "./deployments/group-manager.ts";
import { EventBus } from "./events/event-bus.ts";
import { HttpCallbacks } from "./events/http-callbacks.ts";
import type { MarathonOptions } from "./options.ts";
import type { Random } from "./tasks/offers.ts";
import { Scheduler } from "./tasks/scheduler.ts";

/** Everything that only the leading instance has. */
export interface Runtime {
  readonly registry: Registry;
  readonly deployments: Deployments;
  readonly scheduler: Scheduler;
  readonly groups: GroupManager;
  readonly bus: EventBus;
  /** Undefined without `--event_subscriber http_callback`. */
  readonly callbacks: HttpCallbacks | undefined;
  close(): Promise<void>;
}

export interface RuntimeParts {
  readonly store: Store;
  /** `/marathon` */
  readonly folder: string;
  readonly options: MarathonOptions;
  readonly webuiUrl: string;
  readonly driver: string;
  readonly random: Random;
  readonly log: (line: string) => void;
}

/** Takes over what the last leader left in the store. */
export async function openRuntime(parts: RuntimeParts): Promise<Runtime> {
  const { store, folder, options, log } = parts;
  const registry = new Registry(store, `${folder}/state`);
  await registry.load();
  const bus = new EventBus();
  const callbacks =
    options.eventSubscriber === undefined
      ? undefined
      : new HttpCallbacks(store, `${folder}/state/events:subscribers`, bus, log);
  await callbacks?.load();
  const deployments: Deployments = new Deployments(bus, (ids) => {
    for (const id of ids) scheduler.tend(id);
  });
  const scheduler: Scheduler = new Scheduler({ ...parts, registry, turns: deployments, bus });
  const servicePorts = { min: options.localPortMin, max: options.localPortMax };
  const groups = new GroupManager({ registry, deployments, scheduler, bus, servicePorts });
  return {
    registry,
    deployments,
    scheduler,
    groups,
    bus,
    callbacks,
    close: async () => {
      callbacks?.close();
      await scheduler.close();
    },
  };
}
