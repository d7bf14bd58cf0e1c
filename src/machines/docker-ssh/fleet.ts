import { LabError } from "../../errors.ts";
import type { Lab, Machine } from "../../lab/model.ts";
import { type RunOptions, type RunResult, run } from "../../tools/exec.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import { type OwnKey, type Reach, ssh, unattended } from "../../tools/ssh.ts";
import type { Progress } from "../../ui/tasks.ts";

/** Machines with Docker that SSH reaches, whoever made them. */
export interface Fleet {
  readonly lab: Lab;
  readonly folder: LabFolder;
  /** @throws LabError `usage` for a machine that is not there yet. */
  reach(machine: Machine): Reach;
  /** The key to a machine; absent where keys are the user's own, and go nowhere. */
  keyOf?(machine: Machine): OwnKey;
}

/** A fleet at work: where the news go, and what ends it early. */
export type FleetRun = Fleet & Progress;

/** Runs one program on a machine over SSH, without a terminal. */
export type RunOn = (machine: Machine, argv: readonly string[], options: RunOptions) => Promise<RunResult>;

export function runOn({ reach }: Fleet): RunOn {
  return (machine, argv, options) =>
    run(ssh(reach(machine), argv, unattended), options).catch((error: unknown) => {
      throw failedOn(machine, error);
    });
}

/** The same failure, with the machine that it happened on, and a next command where its own cannot be typed. */
export function failedOn({ name }: Machine, error: unknown): unknown {
  if (!(error instanceof LabError) || error.id !== "program-failed") return error;
  const { details, cause } = error;
  const remedy = error.remedy.length > 0 ? error.remedy : [`npx mesos-lab ssh ${name}`];
  return new LabError(error.id, `on ${name}: ${error.message}`, { details, cause, remedy });
}
