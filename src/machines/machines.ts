import type { Watch } from "../bundle/copy.ts";
import type { Manifest } from "../bundle/manifest.ts";
import type { Source } from "../bundle/write.ts";
import type { Entry } from "../lab/catalogue/container.ts";
import type { Lab, Machine, Part } from "../lab/model.ts";
import type { AnsiblePlace } from "../preflight/ansible-place.ts";
import type { Task } from "../ui/tasks.ts";
import type { Run } from "./run.ts";

/** What a look at the host has settled. */
export interface Checked {
  readonly lab: Lab;
  readonly note?: string;
  /** Where the playbooks run, if there are any. */
  readonly ansible?: AnsiblePlace;
}

/** What runs a lab's machines: the steps and commands know nothing else of Vagrant. */
export interface Machines {
  /** For people: `Vagrant with libvirt`. */
  readonly words: string;
  /** Whether all machines are there and answer, so that nothing needs to be started. */
  running(): Promise<boolean>;
  /**
   * Makes sure that this host can run the lab; returns the lab with what had to be decided, and notes about it.
   * @param wish where the user wants the playbooks to run.
   * @throws LabError `preflight` with all problems and their remedies.
   */
  preflight(running: boolean, signal: AbortSignal, wish?: AnsiblePlace): Promise<Checked>;
  /** What has to be done between writing the lab's files and verifying it. */
  startTasks(run: Run, running: boolean): readonly Task[];
  /** What has to be done to start a lab again that was made before. */
  resumeTasks(run: Run, running: boolean): readonly Task[];
  /** The state of each machine by its name, in the words of what runs it. */
  states(signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  halt(run: Run, say: (text: string) => void): Promise<void>;
  /** Ends and removes the machines; what the tool wrote is removed by the caller. */
  destroy(run: Run, say: (text: string) => void): Promise<void>;
  /** Runs a program on a machine with this terminal (none: a login shell); returns its exit code. */
  shell(machine: Machine, argv: readonly string[]): Promise<number>;
  /** Shows what a service has printed; returns an exit code. */
  logs(part: Part, options: { follow: boolean; tail: string }): Promise<number>;
  /** The last lines that a service has printed, for error messages. */
  lastLines(entry: Entry, signal: AbortSignal): Promise<string>;
  /** Whether HAProxy, as this lab has it, accepts a configuration: its own words when not. */
  checkHaproxy(entry: Entry, config: string, signal: AbortSignal): Promise<string | undefined>;
  /** The identities of the services' images, for the lock file; absent where nothing runs in containers. */
  images?(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Brings what the machines were made with into a folder of this host; absent where there are no machines. */
  parts?(wanted: PartsWanted, into: string): Promise<MachineParts>;
  readonly breaks: Breaks;
}

/** What of the machines goes into a bundle. */
export interface PartsWanted extends Watch {
  readonly images: boolean;
  /** The static Docker client. */
  readonly client: boolean;
  /** What the playbooks ask apt for: it comes with all that it needs and the box did not have. */
  readonly packages: readonly string[];
}

export interface MachineParts {
  readonly images: Manifest["images"];
  readonly sources: readonly Source[];
}

/** The ways in which a drill may break a lab. Each resolves once it is broken, and what broke comes back by itself. */
export interface Breaks {
  restart(entry: Entry, signal: AbortSignal): Promise<void>;
  /** Removes what runs a task, as `docker rm -f` does; returns its name. */
  removeTask(machine: Machine, hostPort: number, signal: AbortSignal): Promise<string>;
  reboot(machine: Machine, signal: AbortSignal): Promise<void>;
  /** After an interrupted drill: starts what was left stopped; returns what could not be put back. */
  putBack(entry: Entry): Promise<string | undefined>;
}
