import { join } from "node:path";
import type { CommandInfo } from "../mesos/api.ts";
import { fromApi } from "../mesos/resources.ts";
import { environmentOf, type TaskToRun } from "./task-runner.ts";

export interface ContainerOptions {
  /** Publishes ports on the agent's own address instead of all. */
  readonly loopbackOnly?: boolean;
  /** Labels of the containers, by which what is left of them is found. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Beside the labels that somebody asks for: the task's id. */
export const taskLabel = "MESOS_TASK_ID";

/** Where a container finds its sandbox. */
const sandboxInside = "/mnt/mesos/sandbox";

export function containerName(task: TaskToRun): string {
  return `mesos-${task.agentId}.${task.containerId}`;
}

/** `tomcat` means `tomcat:latest`; a digest or a registry's port is no tag. */
export function withTag(image: string): string {
  const last = image.slice(image.lastIndexOf("/") + 1);
  return last.includes(":") || last.includes("@") ? image : `${image}:latest`;
}

/** Why Mesos would not even ask Docker for such a container, or undefined. */
export function unrunnable({ info }: TaskToRun): string | undefined {
  const docker = info.container?.docker;
  const network = docker?.network ?? "HOST";
  const mappings = docker?.port_mappings ?? [];
  const { ranges } = fromApi(info.resources ?? []);
  if (info.container?.hostname !== undefined && network === "HOST")
    return "Unable to set hostname with host network mode";
  if (mappings.length === 0) return undefined;
  if (network !== "BRIDGE") return "Port mappings are only supported for bridge network";
  const offered = ranges.ports ?? [];
  if (offered.length === 0) return "Port mappings require port resources";
  const foreign = mappings.find(
    ({ host_port }) => !offered.some(({ begin, end }) => begin <= host_port && host_port <= end),
  );
  return foreign === undefined ? undefined : `Port [${foreign.host_port}] not included in resources`;
}

/** The arguments of `docker run`, in the order of Mesos 0.24. */
export function runArguments(
  task: TaskToRun,
  { loopbackOnly, labels = {} }: ContainerOptions = {},
): string[] {
  const { info, sandbox } = task;
  const docker = info.container?.docker;
  const { scalars } = fromApi(info.resources ?? []);
  const network = (docker?.network ?? "HOST").toLowerCase();
  const volumes = (info.container?.volumes ?? []).map(({ container_path, host_path, mode }) => {
    const host = host_path === undefined || host_path.startsWith("/") ? host_path : join(sandbox, host_path);
    return [host, container_path, host === undefined ? undefined : (mode ?? "RW").toLowerCase()]
      .filter((part) => part !== undefined)
      .join(":");
  });
  const mappings = network === "bridge" ? (docker?.port_mappings ?? []) : [];
  const { shell, value, arguments: words = [] } = info.command ?? {};
  return [
    "run",
    ...(docker?.privileged === true ? ["--privileged"] : []),
    ...(scalars.cpus === undefined ? [] : ["-c", String(Math.max(2, Math.floor(scalars.cpus * 1_024)))]),
    ...(scalars.mem === undefined ? [] : ["-m", String(Math.max(4, Math.floor(scalars.mem)) * 1_048_576)]),
    ...environmentOf(info).flatMap(([key, text]) => ["-e", `${key}=${text}`]),
    ...["-e", `MESOS_SANDBOX=${sandboxInside}`],
    ...volumes.flatMap((volume) => ["-v", volume]),
    ...["-v", `${sandbox}:${sandboxInside}`],
    ...["--net", network],
    ...(info.container?.hostname === undefined ? [] : ["--hostname", info.container.hostname]),
    ...(docker?.parameters ?? []).map(({ key, value: text }) => `--${key}=${text}`),
    ...mappings.flatMap((port) => [
      "-p",
      `${loopbackOnly ? `${task.hostname}:` : ""}${port.host_port}:${port.container_port}/${port.protocol ?? "tcp"}`,
    ]),
    ...(shell !== false && value !== undefined ? ["--entrypoint", "/bin/sh"] : []),
    ...Object.entries(labelsOf(task, labels)).flatMap(([key, text]) => ["--label", `${key}=${text}`]),
    ...["--name", containerName(task)],
    docker?.image ?? "",
    ...(shell !== false && value !== undefined ? ["-c", value] : []),
    ...(shell === false ? [...(value === undefined ? [] : [value]), ...words] : []),
  ];
}

/** The arguments that run a command in a container that runs. */
export function execArguments(
  name: string,
  { shell, value = "", arguments: words = [] }: CommandInfo,
): string[] {
  return ["exec", name, ...(shell === false ? [value, ...words] : ["sh", "-c", value])];
}

function labelsOf(
  task: TaskToRun,
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.keys(labels).length === 0 ? {} : { ...labels, [taskLabel]: task.info.task_id.value };
}
