import type { Lab, Machine, ServiceName } from "../model.ts";
import type { Entry } from "./container.ts";

/** A page that a browser can open. */
export interface Page {
  readonly title: string;
  readonly service: ServiceName;
  readonly url: string;
}

/** An application as its clients need to know it. */
export interface AppAddress {
  /** `/tomcat` */
  readonly id: string;
  /** The first of the ports under which load balancers offer it. */
  readonly servicePort: number;
}

/** How a client reaches an application: pure data, so that drills, demo and lesson agree. */
export interface Way {
  /** Names the client's way of doing it: the method, where there is only one. */
  readonly name: string;
  /** Where to connect; with `dns`, where to ask. */
  readonly machine: Machine;
  readonly port: number;
  /** The Host header, where a proxy routes by it. */
  readonly host?: string;
  /** The client asks for this SRV name first; `keepsTtl` as long as the answer allows, else for every request. */
  readonly dns?: { readonly name: string; readonly keepsTtl: boolean };
}

/** A way of discovery: everything the tool knows of it but its claims. */
export interface Method {
  /** The name of its play, and of its part of the lesson. */
  readonly title: string;
  /** Where it runs when no machine lists it: on the first machine that runs this service, or on every one. */
  readonly beside: ServiceName;
  readonly on: "first" | "every";
  /** Its container; without one it is set up by its own playbook, templates/playbooks/<name>.yml. */
  readonly entry?: (lab: Lab, machine: Machine) => Entry;
  /** What that playbook has to know of a machine, by the variables' names. */
  readonly variables?: (lab: Lab, machine: Machine) => Readonly<Record<string, string>>;
  readonly pages: (lab: Lab) => readonly Page[];
  readonly ways: (lab: Lab, app: AppAddress) => readonly Way[];
  /** How to try it by hand, for the lesson: commands. */
  readonly commands: (lab: Lab) => readonly string[];
}

/** `http://ip:port/`; port 80 goes without saying. */
export function pageUrl(machine: Machine, port: number, path = "/"): string {
  return `http://${machine.ip}${port === 80 ? "" : `:${port}`}${path}`;
}
