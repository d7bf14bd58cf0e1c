import type { Ran } from "../helpers/workshop/lab.ts";

export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGKILL";

/** A lab whose commands are interrupted. */
export interface InterruptedLab {
  readonly folder: string;
  start(...args: readonly string[]): {
    interrupt(signal: Signal): void;
    /** When the tool listens to signals, or has ended. */
    readonly begun: Promise<void>;
    readonly ran: Promise<Ran>;
  };
  /** @throws Error with what the tool said, when it fails. */
  run(...args: readonly string[]): Promise<string>;
  /** What still runs of the lab. */
  running(): string[];
}

/** Where labs are made, and what is tried there. */
export interface Place {
  /** What is interrupted, and what is done to the lab before. */
  readonly verbs: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly signals: readonly Signal[];
  /** Parts of the time that the verb takes, from when it listens to signals, when nothing interrupts it. */
  readonly moments: readonly number[];
  lab(): InterruptedLab;
  /** Whether a lab that has recovered is taken for the next case too, where that is none of `create`. */
  readonly labsAreDear: boolean;
  /** What is left of the labs so far, besides what `running` says. */
  left(): Promise<readonly string[]>;
  close(): Promise<void>;
}
