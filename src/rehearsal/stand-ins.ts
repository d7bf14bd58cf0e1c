import type { Running } from "./running.ts";
import type { Surroundings } from "./surroundings.ts";

/** A stand-in, as every process that runs one starts it. `around`: what an embedded lab has in place of an image's folders. */
export interface StandIn {
  run(
    argv: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
    around?: Surroundings,
  ): Promise<Running>;
}

/** Every stand-in by its name; each is loaded only where it is the one to run. */
export const standIns: Readonly<Record<string, () => Promise<StandIn>>> = {
  "mesos-master": () => import("./mesos-master/main.ts"),
  "mesos-agent": () => import("./mesos-agent/main.ts"),
  marathon: () => import("./marathon/main.ts"),
  bamboo: () => import("./bamboo/main.ts"),
  "mesos-dns": () => import("./mesos-dns/main.ts"),
  "marathon-lb": () => import("./marathon-lb/main.ts"),
  "haproxy-marathon-bridge": () => import("./haproxy-marathon-bridge/main.ts"),
};
