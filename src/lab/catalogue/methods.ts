import type { DiscoveryName } from "../model.ts";
import { bambooMethod } from "./bamboo.ts";
import { haproxyMarathonBridge } from "./haproxy-marathon-bridge.ts";
import { marathonLb } from "./marathon-lb.ts";
import { mesosDns } from "./mesos-dns.ts";
import type { Method } from "./method.ts";

/** Every way of discovery; docs/discovery.md says how to add one. */
export const methods: Readonly<Record<DiscoveryName, Method>> = {
  bamboo: bambooMethod,
  "mesos-dns": mesosDns,
  "marathon-lb": marathonLb,
  "haproxy-marathon-bridge": haproxyMarathonBridge,
};
