import { HaproxyProcess as Haproxy, type HaproxyOptions as ProcessOptions } from "../haproxy/process.ts";
import { type HaproxyConfigOptions, haproxyConfig } from "./haproxy-config.ts";
import type { Routing } from "./model.ts";
import type { TrafficProxy } from "./proxy.ts";

export interface HaproxyOptions extends HaproxyConfigOptions, ProcessOptions {}

/** The real HAProxy with the routes of Bamboo. */
export class HaproxyProcess implements TrafficProxy {
  private readonly options: HaproxyOptions;
  private readonly haproxy: Haproxy;

  constructor(options: HaproxyOptions) {
    this.options = options;
    this.haproxy = new Haproxy(options);
  }

  check(routing: Routing): Promise<void> {
    return this.haproxy.check(this.textOf(routing));
  }

  apply(routing: Routing): Promise<void> {
    return this.haproxy.apply(this.textOf(routing));
  }

  close(): Promise<void> {
    return this.haproxy.close();
  }

  private textOf(routing: Routing): string {
    return haproxyConfig(routing.apps, routing.services, this.options);
  }
}
