/** The Mesos v1 scheduler API in JSON, as far as the stand-ins speak it. Names are Mesos' own. */

/**
 * With it the stand-in of Marathon subscribes. Real Marathon is a libmesos driver, whose address Mesos shows and from
 * which Mesos-DNS makes `_framework._tcp.marathon.mesos`: here it is that of Marathon's API. Real masters pass it over.
 */
export const driverHeader = "mesos-lab-driver";

export interface Value {
  readonly value: string;
}

export interface ApiRange {
  readonly begin: number;
  readonly end: number;
}

export type ApiResource = {
  readonly name: string;
  readonly role?: string;
} & (
  | { readonly type: "SCALAR"; readonly scalar: { readonly value: number } }
  | { readonly type: "RANGES"; readonly ranges: { readonly range: readonly ApiRange[] } }
);

export interface Label {
  readonly key: string;
  readonly value?: string;
}

export interface Labels {
  readonly labels: readonly Label[];
}

/** Those of 0.24. */
export const taskStates = [
  "TASK_STAGING",
  "TASK_STARTING",
  "TASK_RUNNING",
  "TASK_FINISHED",
  "TASK_FAILED",
  "TASK_KILLED",
  "TASK_LOST",
  "TASK_ERROR",
] as const;
export type TaskState = (typeof taskStates)[number];

/** Those in which a task has ended; the last three came after 0.24. */
const terminal: ReadonlySet<string> = new Set([
  ...["TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_LOST", "TASK_ERROR"],
  ...["TASK_DROPPED", "TASK_GONE", "TASK_GONE_BY_OPERATOR"],
]);

export function isTerminal(state: string): boolean {
  return terminal.has(state);
}

export interface PortMapping {
  readonly host_port: number;
  readonly container_port: number;
  readonly protocol?: string;
}

export interface DockerInfo {
  readonly image: string;
  readonly network?: string;
  readonly port_mappings?: readonly PortMapping[];
  readonly privileged?: boolean;
  readonly parameters?: readonly { readonly key: string; readonly value: string }[];
  readonly force_pull_image?: boolean;
}

export interface ContainerInfo {
  readonly type: "DOCKER" | "MESOS";
  readonly docker?: DockerInfo;
  readonly hostname?: string;
  readonly volumes?: readonly {
    readonly container_path: string;
    readonly host_path?: string;
    readonly mode?: "RW" | "RO";
  }[];
}

/** Something to be fetched into a sandbox before its task starts. */
export interface UriInfo {
  readonly value: string;
  readonly executable?: boolean;
  readonly extract?: boolean;
  readonly cache?: boolean;
}

export interface CommandInfo {
  readonly shell?: boolean;
  readonly value?: string;
  readonly arguments?: readonly string[];
  readonly environment?: {
    readonly variables?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly uris?: readonly UriInfo[];
  readonly user?: string;
}

/** A command that is run again and again beside a task. Times are in seconds. */
export interface HealthCheckInfo {
  readonly command?: CommandInfo;
  readonly delay_seconds?: number;
  readonly interval_seconds?: number;
  readonly timeout_seconds?: number;
  readonly consecutive_failures?: number;
  readonly grace_period_seconds?: number;
}

export interface TaskInfo {
  readonly name: string;
  readonly task_id: Value;
  readonly agent_id: Value;
  readonly resources?: readonly ApiResource[];
  readonly command?: CommandInfo;
  /** A custom executor, which the agents here do not have. */
  readonly executor?: unknown;
  readonly health_check?: HealthCheckInfo;
  readonly container?: ContainerInfo;
  readonly labels?: Labels;
  readonly discovery?: unknown;
}

export interface NetworkInfo {
  readonly ip_address?: string;
  readonly ip_addresses?: readonly { readonly ip_address: string }[];
}

export interface TaskStatus {
  readonly task_id: Value;
  readonly state: TaskState;
  readonly message?: string;
  readonly reason?: string;
  readonly source?: "SOURCE_MASTER" | "SOURCE_AGENT" | "SOURCE_EXECUTOR";
  readonly agent_id?: Value;
  /** Seconds. */
  readonly timestamp: number;
  /** What a health check says; absent where there is none. */
  readonly healthy?: boolean;
  /** Present where an ACKNOWLEDGE is wanted. */
  readonly uuid?: string;
  readonly labels?: Labels;
  readonly container_status?: { readonly network_infos?: readonly NetworkInfo[] };
}

export interface FrameworkInfo {
  readonly user: string;
  readonly name: string;
  readonly id?: Value;
  /** Seconds. */
  readonly failover_timeout?: number;
  readonly checkpoint?: boolean;
  readonly role?: string;
  readonly hostname?: string;
  readonly webui_url?: string;
  readonly capabilities?: readonly { readonly type: string }[];
  readonly labels?: Labels;
}

export interface ApiOffer {
  readonly id: Value;
  readonly framework_id: Value;
  readonly agent_id: Value;
  readonly hostname: string;
  readonly url: unknown;
  readonly resources: readonly ApiResource[];
  readonly attributes: readonly unknown[];
  readonly executor_ids: readonly Value[];
}

export type SchedulerEvent =
  | {
      readonly type: "SUBSCRIBED";
      readonly subscribed: { readonly framework_id: Value; readonly heartbeat_interval_seconds: number };
    }
  | { readonly type: "HEARTBEAT" }
  | { readonly type: "OFFERS"; readonly offers: { readonly offers: readonly ApiOffer[] } }
  | { readonly type: "RESCIND"; readonly rescind: { readonly offer_id: Value } }
  | { readonly type: "UPDATE"; readonly update: { readonly status: TaskStatus } }
  | { readonly type: "FAILURE"; readonly failure: { readonly agent_id: Value } }
  | { readonly type: "ERROR"; readonly error: { readonly message: string } };

export interface Filters {
  readonly refuse_seconds?: number;
}

export interface Operation {
  readonly type: string;
  readonly launch?: { readonly task_infos: readonly TaskInfo[] };
}

export type SchedulerCall = { readonly framework_id?: Value } & (
  | {
      readonly type: "SUBSCRIBE";
      readonly subscribe: { readonly framework_info: FrameworkInfo; readonly force?: boolean };
    }
  | {
      readonly type: "ACCEPT";
      readonly accept: {
        readonly offer_ids: readonly Value[];
        readonly operations?: readonly Operation[];
        readonly filters?: Filters;
      };
    }
  | {
      readonly type: "DECLINE";
      readonly decline: { readonly offer_ids: readonly Value[]; readonly filters?: Filters };
    }
  | { readonly type: "REVIVE" }
  | {
      readonly type: "SHUTDOWN";
      readonly shutdown: { readonly executor_id: Value; readonly agent_id?: Value };
    }
  | {
      readonly type: "MESSAGE";
      readonly message: { readonly agent_id: Value; readonly executor_id: Value; readonly data: string };
    }
  | { readonly type: "REQUEST"; readonly request: { readonly requests?: readonly unknown[] } }
  | { readonly type: "KILL"; readonly kill: { readonly task_id: Value; readonly agent_id?: Value } }
  | {
      readonly type: "ACKNOWLEDGE";
      readonly acknowledge: { readonly agent_id: Value; readonly task_id: Value; readonly uuid: string };
    }
  | {
      readonly type: "RECONCILE";
      readonly reconcile: {
        readonly tasks?: readonly { readonly task_id: Value; readonly agent_id?: Value }[];
      };
    }
  | { readonly type: "TEARDOWN" }
);
