import type { Lab, Machine, ServiceName } from "../model.ts";
import type { Service } from "./service.ts";

/** An application as its clients need to know it. */
export interface AppAddress {
  /** `/tomcat` */
  readonly id: string;
  /** The first of the ports under which load balancers offer it; an application without ports has none. */
  readonly servicePort?: number | undefined;
  /** As Marathon has them: some methods go by them. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** How what stands behind a way in learns that the application has moved: as it is configured, not as measured. */
export interface Learning {
  /** In a few words: `Marathon calls it`. */
  readonly how: string;
  /** Marathon tells it of each change: the words of the mark that a drill makes of that. */
  readonly told?: string;
  /** Where it looks by itself: how often, how that period is called, and what happens then, as a clause. */
  readonly every?: { readonly ms: number; readonly period: string; readonly means: string };
  /** Milliseconds for which a client keeps what it was told. */
  readonly keptMs?: number;
}

/** How a client reaches an application: pure data, so that drills, demo and lesson agree. */
export interface Way {
  /** Names the client's way of doing it: the method, where there is only one. */
  readonly name: string;
  readonly learns: Learning;
  /** Where its HAProxy shows what it routes to, as CSV; a way by DNS shows it by its answers. */
  readonly stats?: { readonly port: number; readonly path: string };
  /** Shown and tried, but no lane of its own in a drill: it would tell what the first of its method tells. */
  readonly twin?: boolean;
  /** Where to connect; with `dns`, where to ask. */
  readonly machine: Machine;
  readonly port: number;
  /** The Host header, where a proxy routes by it. */
  readonly host?: string;
  /** The client asks for this SRV name first; `keepsTtl` as long as the answer allows, else for every request. */
  readonly dns?: { readonly name: string; readonly keepsTtl: boolean };
}

/** A service by which clients find applications. */
export interface Method extends Service {
  /** Where it runs when no machine lists it: on the first machine that runs this service, or on every one. */
  readonly beside: ServiceName;
  readonly on: "first" | "every";
  /** What its own role has to know of a machine, by the variables' names. */
  readonly variables?: (lab: Lab, machine: Machine) => Readonly<Record<string, string>>;
  /** What an application must have to be found, where not every one has it. */
  readonly needs: string;
  /** None where the application lacks what it needs. */
  readonly ways: (lab: Lab, app: AppAddress) => readonly Way[];
  /** How to try it by hand, for the lesson: commands. */
  readonly commands: (lab: Lab) => readonly string[];
}
