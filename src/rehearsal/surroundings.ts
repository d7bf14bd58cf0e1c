import type { LabError } from "../errors.ts";
import type { TrafficProxy } from "./bamboo/proxy.ts";
import type { HaproxyOptions } from "./haproxy/process.ts";
import type { Callers } from "./http/callers.ts";
import type { Binding } from "./marathon-lb/haproxy-config.ts";
import type { TaskRunner } from "./mesos-agent/task-runner.ts";
import type { TaskUsers } from "./mesos-agent/task-users.ts";
import type { Store } from "./store/store.ts";
import type { ZooKeeperOptions } from "./store/zookeeper-store.ts";

/** Opens a session with what keeps the shared state; `servers` is `h1:2181,h2:2181`. */
export type OpenStore = (servers: string, options?: ZooKeeperOptions) => Promise<Store>;

/** What a stand-in finds where it runs. What is absent it makes itself, as in its container. */
export interface Surroundings {
  readonly openStore: OpenStore;
  /** The names under which clients may call; absent: any. */
  readonly callers?: Callers;
  /** How an agent runs its tasks, instead of what `--containerizers` says. */
  readonly taskRunners?: readonly TaskRunner[];
  /** Whom they run as. */
  readonly taskUsers?: TaskUsers;
  /** Names the start of the host, for an agent that has to notice it; absent: the kernel's. */
  readonly bootId?: string;
  /** Called where an agent has to end; absent: its process ends, and a restart policy starts the next one. */
  readonly onFatal?: (error: LabError) => void;
  /** Carries Bamboo's traffic, instead of HAProxy on port 80. */
  readonly trafficProxy?: TrafficProxy;
  /** Where the HAProxy of another balancer has its files, and what marks it. */
  readonly haproxy?: Omit<HaproxyOptions, "log">;
  /** Where marathon-lb listens, instead of on the ports of its image. */
  readonly binding?: Omit<Binding, "self">;
}

/** A container with ZooKeeper on the network. Its client is loaded only where it is used. */
export const inContainer: Surroundings = {
  openStore: async (servers, options) =>
    (await import("./store/zookeeper-store.ts")).openZooKeeperStore(servers, options),
};
