import type { Lab } from "../lab/model.ts";
import type { AnsiblePlace } from "../preflight/ansible-place.ts";
import type { LabFolder } from "../tools/lab-folder.ts";
import type { Emit } from "../ui/events.ts";
import type { Display, LineOptions } from "../ui/tasks.ts";

/** What every step of one run shares. */
export interface Run {
  readonly lab: Lab;
  readonly folder: LabFolder;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly display: Display;
  /** Where the playbooks run; undefined before that is chosen. */
  readonly ansible?: AnsiblePlace;
}

/** The options of a task line that belongs to a step of this run. */
export function lineOf(run: Run, step: string, title: string, part?: string): LineOptions {
  return { step, title, emit: run.emit, display: run.display, ...(part === undefined ? {} : { part }) };
}
