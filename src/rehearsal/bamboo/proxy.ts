import type { Routing } from "./model.ts";

/** What carries the traffic. */
export interface TrafficProxy {
  /** Resolves when new requests are routed this way. @throws LabError when it cannot be; the old routing stays. */
  apply(routing: Routing): Promise<void>;
  /** @throws LabError with what is wrong, when `apply` would refuse this routing. */
  check(routing: Routing): Promise<void>;
  close(): Promise<void>;
}
