import type { Lab, Machine } from "../../lab/model.ts";
import { type RunOptions, type RunResult, run } from "../../tools/exec.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { type Reach, ssh } from "../../tools/ssh.ts";
import type { Progress } from "../../ui/tasks.ts";

/** Machines with Docker that SSH reaches, whoever made them. */
export interface Fleet {
  readonly lab: Lab;
  readonly folder: LabFolder;
  /** @throws LabError `usage` for a machine that is not there yet. */
  reach(machine: Machine): Reach;
}

/** A fleet at work: where the news go, and what ends it early. */
export type FleetRun = Fleet & Progress;

/** Runs one program on a machine over SSH, without a terminal. */
export type RunOn = (machine: Machine, argv: readonly string[], options: RunOptions) => Promise<RunResult>;

export function runOn({ reach }: Fleet): RunOn {
  return (machine, argv, options) => run(ssh(reach(machine), argv), options);
}
