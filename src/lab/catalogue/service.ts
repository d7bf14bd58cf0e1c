import type { Lab, Machine, PortName, ServiceName, StackName } from "../model.ts";
import type { Entry } from "./container.ts";

/** A page that a browser can open. */
export interface Page {
  readonly title: string;
  readonly service: ServiceName;
  readonly url: string;
}

/** A port that a service listens on. */
export interface ServicePort {
  /** Its key in a lab's `ports`; absent where nothing can move it, not even an embedded lab. */
  readonly name?: PortName;
  readonly usual: number;
  /** What listens there, in words that fit after "the port of": `the Mesos master`. */
  readonly of: string;
  /** It is fixed inside the image: no lab file can change it. */
  readonly fixed?: true;
  /** It is opened at the machine's own address only: what has the port of another address is not in the way. */
  readonly ownAddress?: true;
  /** It is opened for UDP as well. */
  readonly udp?: true;
}

/** What stands for a service in the rehearsal stack. */
export interface StandIn {
  /** Its folder below `src/rehearsal/`. */
  readonly name: string;
  /** Programs that it runs: in its image, and on the host of an embedded lab. */
  readonly programs?: readonly string[];
  /** Those of them without which an embedded lab does without the service. */
  readonly needs?: readonly string[];
  /** What its image has of the image that it stands for. */
  readonly image?: {
    readonly env?: Readonly<Record<string, string>>;
    readonly volumes?: readonly string[];
    readonly workdir?: string;
  };
  /** What it is told as a process of an embedded lab, besides its container's settings. Arguments replace the container's. */
  readonly told?: (lab: Lab, machine: Machine, paths: EmbeddedPaths) => Told;
}

export interface EmbeddedPaths {
  /** The machine's own folder. */
  readonly own: string;
  /** For the work of its tasks. */
  readonly work: string;
  /** This package's templates. */
  readonly templates: string;
}

export interface Told {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads, by path: written before it starts. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Everything that is known of a service but its claims: all tables of services are made of these. */
export interface Service {
  /** The name of its play, and of its part of the lesson. */
  readonly title: string;
  /** In a sentence: `the Mesos master`. */
  readonly called: string;
  /** Its image in each stack; absent where it is set up without a container. */
  readonly images?: Readonly<Record<StackName, string>>;
  readonly ports: readonly ServicePort[];
  /**
   * MiB below which it does not work: of a JVM its heap and what it takes besides. Estimates on the low side: to refuse a
   * lab that would have worked is worse than a slow one.
   */
  readonly memory: Readonly<Record<StackName, number>>;
  /** Its container on a machine; without one it is set up by its own role in `templates/roles/`. */
  readonly entry?: (lab: Lab, machine: Machine) => Entry;
  readonly pages?: (lab: Lab) => readonly Page[];
  /** Absent where the rehearsal stack has the real one. */
  readonly standIn?: StandIn;
}

/** `http://ip:port/`; port 80 goes without saying. */
export function pageUrl(machine: Machine, port: number, path = "/"): string {
  return `http://${machine.ip}${port === 80 ? "" : `:${port}`}${path}`;
}
