import type { TaskState } from "../../mesos/api.ts";

export interface PortMapping {
  readonly containerPort: number;
  readonly hostPort: number;
  readonly servicePort: number;
  readonly protocol: string;
}

export interface Docker {
  readonly image: string;
  readonly network?: "BRIDGE" | "HOST" | "NONE";
  readonly portMappings?: readonly PortMapping[];
  readonly privileged: boolean;
  readonly parameters: readonly { readonly key: string; readonly value: string }[];
  readonly forcePullImage: boolean;
}

export interface Volume {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly mode: "RO" | "RW";
}

export interface Container {
  readonly type: "DOCKER" | "MESOS";
  readonly volumes: readonly Volume[];
  readonly docker?: Docker;
}

export interface HealthCheck {
  readonly path?: string;
  readonly protocol: "HTTP" | "HTTPS" | "TCP" | "COMMAND";
  readonly portIndex?: number;
  readonly command?: { readonly value: string };
  readonly gracePeriodSeconds: number;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly maxConsecutiveFailures: number;
  readonly ignoreHttp1xx: boolean;
  readonly port?: number;
}

/** An address of its own for each task, and the ports to be found there. */
export interface IpAddress {
  readonly groups: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly discovery: {
    readonly ports: readonly { readonly number: number; readonly name: string; readonly protocol: string }[];
  };
}

export interface Fetch {
  readonly uri: string;
  readonly extract: boolean;
  readonly executable: boolean;
  readonly cache: boolean;
}

/** An app as the API shows it; `ports` are the service ports. */
export interface AppDefinition {
  readonly id: string;
  readonly cmd: string | null;
  readonly args: readonly string[] | null;
  readonly user: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly instances: number;
  readonly cpus: number;
  /** MiB. */
  readonly mem: number;
  /** MiB. */
  readonly disk: number;
  readonly executor: string;
  readonly constraints: readonly (readonly string[])[];
  readonly uris: readonly string[];
  readonly fetch: readonly Fetch[];
  readonly storeUrls: readonly string[];
  readonly ports: readonly number[];
  readonly requirePorts: boolean;
  readonly backoffSeconds: number;
  readonly backoffFactor: number;
  readonly maxLaunchDelaySeconds: number;
  readonly container: Container | null;
  readonly healthChecks: readonly HealthCheck[];
  readonly dependencies: readonly string[];
  readonly upgradeStrategy: {
    readonly minimumHealthCapacity: number;
    readonly maximumOverCapacity: number;
  };
  readonly labels: Readonly<Record<string, string>>;
  readonly acceptedResourceRoles: readonly string[] | null;
  readonly ipAddress: IpAddress | null;
  readonly version: string;
  readonly versionInfo?: { readonly lastScalingAt: string; readonly lastConfigChangeAt: string };
}

/** The fields of a request, before ids, ports, versions and validity are looked at. */
export type AppUpdate = {
  readonly [Name in keyof Omit<AppDefinition, "versionInfo">]?: NonNullable<AppDefinition[Name]>;
};

export interface MarathonTask {
  readonly id: string;
  readonly appId: string;
  readonly host: string;
  readonly ipAddresses: readonly { readonly ipAddress: string; readonly protocol: string }[];
  readonly ports: readonly number[];
  readonly startedAt: string | null;
  readonly stagedAt: string;
  readonly version: string;
  readonly slaveId: string;
  readonly state: TaskState;
  /** The agent's text attributes: constraints compare them. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface TaskFailure {
  readonly appId: string;
  readonly host: string;
  readonly message: string;
  readonly state: TaskState;
  readonly taskId: string;
  readonly timestamp: string;
  readonly version: string;
  readonly slaveId: string;
}

/** When the app's tasks last had to be replaced: tasks of an older version are outdated. */
export function configVersion(app: AppDefinition): string {
  return app.versionInfo?.lastConfigChangeAt ?? app.version;
}
