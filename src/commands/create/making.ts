import type { OpenBundle } from "../../bundle/open.ts";
import type { Verdict } from "../../claims/verdict.ts";
import type { AnsiblePlace, Lab } from "../../lab/model.ts";
import { machinesOf } from "../../machines/index.ts";
import type { Machines } from "../../machines/machines.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import type { Progress, Task } from "../../ui/tasks.ts";
import type { LabOptions } from "../context.ts";

/** What a run of `create` was asked for. */
export interface Asked {
  /** Where the playbooks run; default: on this host where its Ansible is usable, else from inside a machine. */
  readonly ansible?: AnsiblePlace | undefined;
  /** Where the lock file is, or will be. */
  readonly lockFile: string;
  /** Write the lock anew instead of holding the lab to it. */
  readonly updateLock: boolean;
  readonly bundle?: OpenBundle;
  /** Run the playbooks even where all is as the last run left it. */
  readonly reapply?: boolean | undefined;
  /** The flags that describe the lab, to be remembered. */
  readonly flags: LabOptions;
}

/** A lab in the making: what is known of it so far. Each step of the story adds what it finds out. */
export interface Making extends Progress {
  readonly asked: Asked;
  readonly folder: LabFolder;
  readonly note: (text: string) => void;
  lab: Lab;
  /** Whether all of it ran already when this began. */
  running: boolean;
  ansible: AnsiblePlace;
  /** Whether all was as the last run left it. */
  asLeft: boolean;
  /** Whether its services were made in this run, on machines that had nothing or were emptied. */
  fresh: boolean;
  /** Whether there are snapshots of it, made or gone back to in this run. */
  kept: boolean;
  /** As the lab file, the flags and this host say: without what lock, bundle and fetched images add. */
  settled?: Lab;
  /** What the machines had right after they were set up: see `Parts.look`. */
  left?: Readonly<Record<string, string>>;
  /** The images of its machines, looked at meanwhile: see `Parts.images`. */
  images?: Readonly<Record<string, string>>;
  /** The machines that the lab no longer has, in the lab of which they were. */
  leaving?: Lab | undefined;
  verdict?: Verdict;
}

/** One step of the story: its lines, asked for when it is its turn. */
export type Step = (making: Making) => readonly Task[];

export function machinesFor({ lab, folder }: Making): Machines {
  return machinesOf(lab, folder);
}
