import type { MasterInfo } from "../mesos/master-info.ts";
import type { Resources } from "../mesos/resources.ts";
import type { Tasks } from "./tasks.ts";

/** What the answers of an agent are made from. */
export interface AgentView {
  readonly tasks: Tasks;
  /** Begins to leave, or stays after all, or comes back; tells whether the master has heard of it. */
  readonly leave: (leaving: boolean) => Promise<boolean>;
  /** Takes its leave of the master; its tasks go on until it ends. Tells whether the master has heard of it. */
  readonly depart: () => Promise<boolean>;
  readonly ip: string;
  readonly port: number;
  readonly hostname: string;
  readonly workDir: string;
  readonly resources: Resources;
  readonly attributes: Readonly<Record<string, string>>;
  readonly flags: Readonly<Record<string, string>>;
  /** The time of day, and the clock that nobody sets. Milliseconds. */
  readonly started: { readonly at: number; readonly since: number };
  /** Empty until registered. */
  readonly id: () => string;
  readonly registered: () => boolean;
  readonly master: () => Pick<MasterInfo, "hostname"> | undefined;
}
