import { createHash } from "node:crypto";
import type { ProcessMark } from "../../tools/process-mark.ts";
import type { Callers } from "../http/callers.ts";
import type { UserRange } from "../processes/users.ts";

/** What an embedded lab's launcher is told to run, and what it says of it: two JSON files in the lab's folder. */

/** One stand-in within a process, started as its container would be. */
export interface Instance {
  readonly machine: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it reads, by path: written before it is started. */
  readonly files?: Readonly<Record<string, string>>;
  /** Of an agent that may change users: those of its tasks. */
  readonly users?: UserRange;
}

/** One process. */
export interface PlannedService {
  /** `marathon@master` */
  readonly id: string;
  /** The name of its stand-in. */
  readonly service: string;
  /** More than one where many machines share a process. */
  readonly instances: readonly Instance[];
  readonly log: string;
}

/** A program of the host that runs beside the stand-ins: a ZooKeeper server. */
export interface PlannedProgram {
  /** `zookeeper@master` */
  readonly id: string;
  readonly machine: string;
  readonly file: string;
  /** Where it works. */
  readonly cwd: string;
  readonly args: readonly string[];
  /** Written before it is started: texts by their paths. */
  readonly files: Readonly<Record<string, string>>;
  readonly address: { readonly host: string; readonly port: number };
  readonly log: string;
}

export interface PlannedTasks {
  readonly users: UserRange;
  /** Whether a task may name another user. */
  readonly mayName: boolean;
  /** The sandboxes are not in the lab's folder: it may be in a place that only root may enter. */
  readonly folder: string;
}

export interface Plan {
  /** The lab's folder for everything that runs: the mark by which its processes are known. */
  readonly folder: string;
  /** Where the store keeps what outlives a halt. */
  readonly storeFile: string;
  readonly stateFile: string;
  /** Who may call the stand-ins. */
  readonly callers: Callers;
  /** Where root has made the lab and may change users: what its tasks run as, and where. */
  readonly tasks?: PlannedTasks;
  /** What carries Bamboo's traffic; the other balancers have the host's HAProxy or none. */
  readonly proxy: "haproxy" | "built-in";
  readonly services: readonly PlannedService[];
  /** The ZooKeeper of a Mesos that is not the lab's, `host:2181,…`; absent where the lab makes a Mesos. */
  readonly joined?: string;
  /** What keeps the stand-ins' shared state: one of the programs, or the launcher's own store. */
  readonly zookeeper: "host" | "store";
  readonly programs: readonly PlannedProgram[];
}

export interface ServiceState {
  /** Absent between the end of a process and the next one. */
  readonly process?: ProcessMark;
  /** Whether all that the process is to serve answers. */
  readonly ready: boolean;
  /** Ends without having been asked to end, in a row without being ready in between. */
  readonly failures: number;
}

export interface LauncherState {
  readonly launcher: ProcessMark;
  /** Of the plan that it has taken in: `digestOf` the file's text. Absent before the first is. */
  readonly plan?: string;
  readonly services: Readonly<Record<string, ServiceState>>;
}

/** The signal upon which the launcher reads its plan anew, and changes what differs. */
export const planSignal = "SIGUSR2";

/** Tells plans apart. */
export function digestOf(planText: string): string {
  return createHash("sha256").update(planText).digest("hex");
}

/** In the environment of every process of an embedded lab, tasks included: the plan's folder. */
export const folderMark = "MESOS_LAB_FOLDER";
/** Beside it: the name of the machine that the process belongs to. */
export const machineMark = "MESOS_LAB_MACHINE";
/** In the environment of a planned program: its id. */
export const programMark = "MESOS_LAB_PROGRAM";
