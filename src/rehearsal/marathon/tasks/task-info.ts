import type { ApiResource, CommandInfo, ContainerInfo, FrameworkInfo, TaskInfo } from "../../mesos/api.ts";
import type { AppDefinition } from "../apps/model.ts";
import { hostname } from "../apps/path-id.ts";
import { portMappings } from "../apps/service-ports.ts";
import type { MarathonOptions } from "../options.ts";

/** What Mesos is told of Marathon itself. @param id the one that Mesos gave; empty or absent for none */
export function frameworkInfo(
  options: MarathonOptions,
  webuiUrl: string,
  id: string | undefined,
): FrameworkInfo {
  return {
    user: options.mesosUser,
    name: options.frameworkName,
    ...(id === undefined || id === "" ? {} : { id: { value: id } }),
    failover_timeout: options.failoverTimeoutSeconds,
    checkpoint: options.checkpoint,
    hostname: options.hostname,
    webui_url: webuiUrl,
  };
}

export interface LaunchSpec {
  readonly taskId: string;
  readonly agentId: string;
  readonly host: string;
  readonly hostPorts: readonly number[];
}

/** What Mesos is asked to run. */
export function taskInfo(app: AppDefinition, launch: LaunchSpec): TaskInfo {
  const { container } = app;
  return {
    name: hostname(app.id),
    task_id: { value: launch.taskId },
    agent_id: { value: launch.agentId },
    resources: resources(app, launch.hostPorts),
    ...labelsOf(app),
    command: commandInfo(app, launch),
    ...(container === null ? {} : { container: containerInfo(app, launch.hostPorts) }),
    ...healthCheckOf(app),
  };
}

/** The one check that Mesos makes itself: a command, and of several the first. */
function healthCheckOf({ healthChecks }: AppDefinition): Pick<TaskInfo, "health_check"> {
  const check = healthChecks.find(({ protocol }) => protocol === "COMMAND");
  if (check?.command === undefined) return {};
  return {
    health_check: {
      command: { shell: true, value: check.command.value },
      delay_seconds: 0,
      interval_seconds: check.intervalSeconds,
      timeout_seconds: check.timeoutSeconds,
      consecutive_failures: check.maxConsecutiveFailures,
      grace_period_seconds: check.gracePeriodSeconds,
    },
  };
}

function labelsOf({ labels }: AppDefinition): Pick<TaskInfo, "labels"> {
  const entries = Object.entries(labels);
  return entries.length === 0 ? {} : { labels: { labels: entries.map(([key, value]) => ({ key, value })) } };
}

function resources(app: AppDefinition, hostPorts: readonly number[]): ApiResource[] {
  const amounts = Object.entries({ cpus: app.cpus, mem: app.mem, disk: app.disk });
  const scalars = amounts
    .filter(([name, value]) => name !== "disk" || value !== 0)
    .map(([name, value]): ApiResource => ({ name, type: "SCALAR", scalar: { value } }));
  if (hostPorts.length === 0) return scalars;
  const range = hostPorts.map((port) => ({ begin: port, end: port }));
  return [...scalars, { name: "ports", type: "RANGES", ranges: { range } }];
}

function commandInfo(app: AppDefinition, launch: LaunchSpec): CommandInfo {
  const environment = {
    variables: Object.entries(taskEnvironment(app, launch)).map(([name, value]) => ({ name, value })),
  };
  const rest = {
    environment,
    ...(app.fetch.length === 0 ? {} : { uris: app.fetch.map(({ uri, ...how }) => ({ value: uri, ...how })) }),
    ...(app.user === null ? {} : { user: app.user }),
  };
  if (app.args === null)
    return app.cmd === null ? { shell: false, ...rest } : { shell: true, value: app.cmd, ...rest };
  const [program] = app.args;
  // Without a container the first argument is the program; in one it goes to the image's entry point.
  const value = app.container === null && program !== undefined ? { value: program } : {};
  return { shell: false, ...value, arguments: app.args, ...rest };
}

function containerInfo(app: AppDefinition, hostPorts: readonly number[]): ContainerInfo {
  const docker = app.container?.docker;
  const volumes = (app.container?.volumes ?? []).map((volume) => ({
    container_path: volume.containerPath,
    host_path: volume.hostPath,
    mode: volume.mode,
  }));
  return {
    type: app.container?.type ?? "DOCKER",
    volumes,
    ...(docker === undefined
      ? {}
      : {
          docker: {
            image: docker.image,
            ...(docker.network === undefined ? {} : { network: docker.network }),
            privileged: docker.privileged,
            parameters: docker.parameters,
            force_pull_image: docker.forcePullImage,
            port_mappings: (docker.portMappings ?? []).slice(0, hostPorts.length).map((mapping, index) => {
              const port = hostPorts[index] ?? 0;
              // 0 asks for the same port inside as outside.
              return {
                host_port: port,
                container_port: mapping.containerPort || port,
                protocol: mapping.protocol,
              };
            }),
          },
        }),
  };
}

/** Marathon's own variables; those of the app win. */
export function taskEnvironment(app: AppDefinition, launch: LaunchSpec): Record<string, string> {
  const { hostPorts } = launch;
  const declared = portMappings(app)?.map((mapping) => mapping.containerPort) ?? app.ports;
  const ports: Record<string, string> = {};
  hostPorts.forEach((port, index) => {
    ports[`PORT${index}`] = String(port);
    if (declared[index]) ports[`PORT_${declared[index]}`] = String(port);
  });
  if (hostPorts.length > 0) {
    ports.PORT = String(hostPorts[0]);
    ports.PORTS = hostPorts.join(",");
  }
  const image = app.container?.docker?.image;
  return {
    MESOS_TASK_ID: launch.taskId,
    MARATHON_APP_ID: app.id,
    MARATHON_APP_VERSION: app.version,
    ...(image === undefined ? {} : { MARATHON_APP_DOCKER_IMAGE: image }),
    MARATHON_APP_RESOURCE_CPUS: decimal(app.cpus),
    MARATHON_APP_RESOURCE_MEM: decimal(app.mem),
    MARATHON_APP_RESOURCE_DISK: decimal(app.disk),
    ...labelVariables(app.labels),
    ...ports,
    HOST: launch.host,
    ...app.env,
  };
}

/** Marathon writes its numbers as doubles: 200 is `200.0`. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Marathon leaves out what would make a variable longer than this. */
const longestVariable = 512;
const labelPrefix = "MARATHON_APP_LABEL_";

function labelVariables(labels: Readonly<Record<string, string>>): Record<string, string> {
  const valid = Object.entries(labels).filter(
    ([key, value]) => key.length < longestVariable - labelPrefix.length && value.length < longestVariable,
  );
  const named = valid.map(([key, value]) => [key.replaceAll(/\W+/g, "_").toUpperCase(), value] as const);
  return {
    MARATHON_APP_LABELS: named.map(([key]) => key).join(" "),
    ...Object.fromEntries(named.map(([key, value]) => [labelPrefix + key, value])),
  };
}
