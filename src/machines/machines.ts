import type { Entry } from "../lab/catalogue/container.ts";
import type { Finding } from "../lab/finding.ts";
import type { AnsiblePlace, Lab, Machine, Part } from "../lab/model.ts";
import type { Progress, Task } from "../ui/tasks.ts";

/** What runs a lab. The commands know nothing else of Vagrant, Docker or the processes of an embedded lab. */
export interface Machines {
  /** For people: `Vagrant with libvirt`. */
  readonly words: string;
  /** What `examine` does, as a task is called; and what is said before several problems. */
  readonly examining: { readonly title: string; readonly refused: string };
  /** What this host, and what the lab runs on, has and lacks for the lab. */
  examine(wanted: Examination, signal: AbortSignal): Promise<Examined>;
  /** Decides what only this host can tell, unless an earlier run has; changes nothing on the host. */
  settle(signal: AbortSignal): Promise<Settled>;
  /** Whether all of it is there and answers, so that nothing needs to be started. */
  running(): Promise<boolean>;
  /** The state of each machine by its name, in the words of what runs it. */
  states(signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /**
   * The program that a run which was killed has left at work, and what ends it, for people. Absent where none can be
   * left; while a run is at work it is that one's own.
   */
  readonly leftAtWork?: () => string | undefined;
  /**
   * Starts what the services run on, and services that were set up before.
   * What runs already goes on, as far as it is as it should be.
   * @param how `again`: only what was made before: it is an error of `usage` where that is not all. `leaving`: machines
   *   that the lab no longer has, which go on until they are released.
   */
  boot(progress: Progress, how: Boot): Task;
  /**
   * Takes machines out of the lab that it no longer has: nobody needs what runs there any more.
   * @param leaving the lab of which they were, with only them in it
   */
  release(progress: Progress, leaving: Lab): Task;
  /** Sets the services up on what `boot` has started; nothing where that has started them. */
  provision(progress: Progress, how: SetUp): readonly Task[];
  /** From any state to services as `create` starts them, with nothing stored. */
  reset(
    progress: Progress,
    how: { readonly running: boolean; readonly ansible: AnsiblePlace },
  ): readonly Task[];
  /** Snapshots of all that the services run on and have stored; absent where nothing can keep any. */
  readonly snapshots?: Snapshots;
  /** Shuts everything down; nothing is lost. */
  halt(progress: Progress): Task;
  /** What making the lab would do to each machine, in lines; absent where all of it is the lab's own. */
  plan?(signal: AbortSignal): Promise<readonly string[]>;
  /** Ends and removes everything; what the tool wrote is removed by the caller. */
  destroy(progress: Progress, how: Removal): Destruction;
  readonly access: Access;
  /** What the machines are made of; absent where there are none. */
  readonly parts?: Parts;
  readonly breaks: Breaks;
}

export interface Snapshots {
  /** Keeps everything as it is now, in the place of what was kept before. @throws LabError `tool` */
  keep(work: Saying): Promise<void>;
  /** Back to what was kept, from any state; what was done since is lost. @throws LabError `tool`, also where nothing is kept. */
  goBack(work: Saying): Promise<void>;
}

export interface Saying {
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

export interface SetUp {
  readonly ansible: AnsiblePlace;
  /** Whether it ends when every service answers; else when all are started, and the caller waits for them. */
  readonly untilReady: boolean;
}

export interface Boot {
  readonly running: boolean;
  readonly again: boolean;
  readonly leaving: readonly Machine[];
}

/** How machines that belong to somebody are left. */
export interface Removal {
  /** Also Docker, where the lab has installed it. */
  readonly withDocker: boolean;
  /** The machines that are gone for ever: what is on them is given up. */
  readonly forget: readonly string[];
}

export interface Destruction {
  /** The machines that would be lost, for people; none where the same can be made again in no time. */
  readonly loses: readonly string[];
  /** What would be taken from machines that stay, for people; absent where there is nothing to take. */
  readonly takes?: string;
  readonly task: Task;
  /** After the task: processes that may be the lab's and were left alone, for people. */
  readonly outlives?: () => readonly string[];
}

export interface Examination {
  /** `blocking`: only what can keep the lab from being made, which `create` looks at. */
  readonly depth: "all" | "blocking";
  /** Where the user wants the playbooks to run. */
  readonly wish?: AnsiblePlace | undefined;
  readonly running: boolean;
  /** Whether a bundle brings what the machines are made of. */
  readonly bundled?: boolean;
}

export interface Examined {
  readonly findings: readonly Finding[];
  /** Where the playbooks run, if there are any. */
  readonly ansible: AnsiblePlace;
  /** What people should know of it. */
  readonly notes: readonly string[];
}

/** What has been decided on this host. */
export interface Settled {
  readonly lab: Lab;
  readonly notes: readonly string[];
  /** The commands that make the lab by hand, ready to be pasted, after `mesos-lab render`. */
  byHand(ansible: AnsiblePlace): readonly string[];
}

/** Ways to look into the lab. */
export interface Access {
  /** Runs a program on a machine with this terminal (none: a login shell); returns its exit code. */
  shell(machine: Machine, argv: readonly string[]): Promise<number>;
  /** Shows what a service has printed; returns an exit code. */
  logs(part: Part, options: { follow: boolean; tail: string }): Promise<number>;
  /** The last lines that a service has printed, for error messages. */
  lastLines(entry: Entry, signal: AbortSignal): Promise<string>;
  /**
   * Services that do not run and that nothing starts again, a line each: waiting for them is in vain. Absent where
   * nobody could tell.
   */
  readonly stopped?: (signal: AbortSignal) => Promise<readonly string[]>;
  /** Whether HAProxy, as this lab has it, accepts a configuration: its own words when not. */
  checkHaproxy(entry: Entry, config: string, signal: AbortSignal): Promise<string | undefined>;
}

export interface Parts {
  /** Puts what the machines load beside the playbooks, if need be. */
  place(): Promise<void>;
  /**
   * A digest for each machine, by its name, of all that the playbooks look at there: the same playbooks leave a machine
   * of the same digest as it is. A machine that cannot be looked at, or on which something of the lab is missing, has none.
   */
  look(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** The identities of the services' images, for the lock file. */
  images(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Brings what the machines were made with into a folder of this host. */
  bring(wanted: PartsWanted, into: string): Promise<MachineParts>;
}

/** What is to be brought from the machines. */
export interface PartsWanted {
  readonly images: boolean;
  /** The static Docker client. */
  readonly client: boolean;
  /** What the playbooks ask apt for: it comes with all that it needs and the box did not have. */
  readonly packages: readonly string[];
  readonly signal: AbortSignal;
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** What was brought: files of this host. */
export interface MachineParts {
  readonly images: readonly {
    readonly machine: string;
    /** Of each image in the archive, by its reference: its id. */
    readonly ids: Readonly<Record<string, string>>;
    readonly archive: string;
  }[];
  readonly client?: string;
  readonly packages: readonly { readonly name: string; readonly control: string; readonly file: string }[];
}

/** A break that lasts until it is undone. */
export interface Lasting {
  /** @throws LabError `tool` where it could not be undone now. */
  undo(): Promise<void>;
}

export interface Bounds {
  /** After this time the lab's own machine, or its launcher, undoes the break, whatever has become of this process. */
  readonly boundMs: number;
  readonly signal: AbortSignal;
}

/** The ways in which a drill may break a lab. Each resolves once it is broken, and what broke comes back by itself. */
export interface Breaks {
  /** Whether the lab is this host's own processes, so that many looks at it are no load. */
  readonly local: boolean;
  restart(entry: Entry, signal: AbortSignal): Promise<void>;
  /** Removes what runs a task, as `docker rm -f` does; returns its name. */
  removeTask(machine: Machine, hostPort: number, signal: AbortSignal): Promise<string>;
  reboot(machine: Machine, signal: AbortSignal): Promise<void>;
  /** Stops a service without ending it. */
  freeze(entry: Entry, bounds: Bounds): Promise<Lasting>;
  /** Stops what runs a task without ending it. */
  freezeTask(
    machine: Machine,
    hostPort: number,
    bounds: Bounds,
  ): Promise<Lasting & { readonly name: string }>;
  /** Lets a machine and the lab's others hear nothing of each other; absent where they have no network between them. */
  readonly partition?: (machine: Machine, bounds: Bounds) => Promise<Lasting>;
  /** Makes packets from a machine to the lab's others late, and loses some; absent where they have no network between them. */
  readonly slow?: (machine: Machine, bounds: Bounds) => Promise<Lasting>;
  /** Leaves a slave no room for what it writes; absent where it has no file system of its own. */
  readonly fill?: (entry: Entry, bounds: Bounds) => Promise<Lasting>;
  /** After an interrupted drill: starts what was left stopped; returns what could not be put back. */
  putBack(entry: Entry): Promise<string | undefined>;
}
