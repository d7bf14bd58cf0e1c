import * as z from "zod/mini";
import { unprocessable } from "../apps/api-error.ts";
import type { Docker, Fetch, HealthCheck, IpAddress, PortMapping } from "../apps/model.ts";
import {
  double,
  flag,
  int,
  list,
  long,
  mapOf,
  object,
  oneOf,
  optional,
  text,
  timestamp,
  where,
  withDefault,
} from "./play-json.ts";

const nonEmpty = where(text, (value) => value !== "", "error.minLength");

const operators = ["UNIQUE", "CLUSTER", "GROUP_BY", "LIKE", "UNLIKE"];
const constraint = z.custom<readonly string[]>(
  (value) =>
    Array.isArray(value) &&
    value.every((word) => typeof word === "string") &&
    (value.length === 2 || value.length === 3) &&
    operators.includes(String(value[1])),
  "Constraint definition must be an array of strings in format: <key>, <operator>[, value]",
);

const portMapping: z.ZodMiniType<PortMapping> = object({
  containerPort: withDefault(int, 0),
  hostPort: withDefault(int, 0),
  servicePort: withDefault(int, 0),
  protocol: withDefault(where(text, isProtocol), "tcp"),
});

function isProtocol(word: string): boolean {
  if (word === "tcp" || word === "udp") return true;
  throw unprocessable("requirement failed: protocol can only be 'tcp' or 'udp'");
}

const docker: z.ZodMiniType<Docker> = object({
  image: text,
  network: optional(oneOf(["BRIDGE", "HOST", "NONE"], "network type")),
  portMappings: optional(list(portMapping)),
  privileged: withDefault(flag, false),
  parameters: withDefault(list(object({ key: text, value: text })), []),
  forcePullImage: withDefault(flag, false),
});

const volume = object({
  containerPath: text,
  hostPath: text,
  mode: oneOf(["RW", "RO"], "mode"),
});

const container = object({
  type: withDefault(oneOf(["DOCKER", "MESOS"], "container type"), "DOCKER"),
  volumes: withDefault(list(volume), []),
  docker: optional(docker),
});

const healthCheck: z.ZodMiniType<HealthCheck> = object({
  path: optional(text),
  protocol: withDefault(oneOf(["HTTP", "TCP", "COMMAND", "HTTPS"], "protocol"), "HTTP"),
  portIndex: optional(int),
  command: optional(object({ value: text })),
  gracePeriodSeconds: withDefault(long, 300),
  intervalSeconds: withDefault(long, 60),
  timeoutSeconds: withDefault(long, 20),
  maxConsecutiveFailures: withDefault(int, 3),
  ignoreHttp1xx: withDefault(flag, false),
  port: optional(int),
});

const fetchUri: z.ZodMiniType<Fetch> = object({
  uri: text,
  extract: withDefault(flag, true),
  executable: withDefault(flag, false),
  cache: withDefault(flag, false),
});

const discoveryPort = object({
  number: int,
  name: text,
  protocol: where(
    text,
    (word) => word === "tcp" || word === "udp",
    "Invalid protocol. Only 'udp' or 'tcp' are allowed.",
  ),
});
const unique = (values: readonly unknown[]) => new Set(values).size === values.length;
const discoveryPorts = where(
  where(list(discoveryPort), (ports) => unique(ports.map(({ name }) => name)), "Port names are not unique."),
  (ports) => unique(ports.map(({ number, protocol }) => `${number}/${protocol}`)),
  "There may be only one port with a particular port number/protocol combination.",
);
const ipAddress: z.ZodMiniType<IpAddress> = object({
  groups: withDefault(list(text), []),
  labels: withDefault(mapOf(text), {}),
  discovery: withDefault(object({ ports: discoveryPorts }), { ports: [] }),
});

const upgradeStrategy = object({
  minimumHealthCapacity: withDefault(double, 1),
  maximumOverCapacity: withDefault(double, 1),
});

const executor = where(text, (value) => /^(?:\/\/cmd|\/?[^/]+(?:\/[^/]+)*|)$/.test(value), "error.pattern");
const fixed = (ports: readonly number[]) => ports.filter((port) => port !== 0);

/** What both an app that is created and a change to one may say. */
const fields = {
  cmd: optional(nonEmpty),
  args: optional(list(text)),
  user: optional(text),
  env: optional(mapOf(text)),
  instances: optional(where(int, (value) => value >= 0, "value must not be less than 0")),
  cpus: optional(where(double, (value) => value > 0, "value must be greater than 0.0")),
  mem: optional(double),
  disk: optional(double),
  executor: optional(executor),
  constraints: optional(list(constraint)),
  storeUrls: optional(list(text)),
  ports: optional(where(list(int), (ports) => unique(fixed(ports)))),
  requirePorts: optional(flag),
  backoffSeconds: optional(long),
  backoffFactor: optional(double),
  maxLaunchDelaySeconds: optional(long),
  container: optional(container),
  healthChecks: optional(list(healthCheck)),
  uris: optional(list(text)),
  fetch: optional(list(fetchUri)),
  dependencies: optional(list(nonEmpty)),
  upgradeStrategy: optional(upgradeStrategy),
  labels: optional(mapOf(text)),
  acceptedResourceRoles: optional(where(list(text), (roles) => roles.length > 0, "set must not be empty")),
  ipAddress: optional(ipAddress),
  version: optional(timestamp),
};

const isNoRoot = ({ id }: { readonly id?: string | undefined }) => id === undefined || /[^/]/.test(id);
const combined = "requirement failed: The 'version' field may only be combined with the 'id' field.";
const bothFetches = "You cannot specify both uris and fetch fields";

/** An app as `POST /v2/apps` and groups take it. */
export const newApp = where(
  where(
    where(object({ id: nonEmpty, ...fields }), isNoRoot),
    ({ uris = [], fetch = [] }) => uris.length === 0 || fetch.length === 0,
    bothFetches,
  ),
  (app) => app.ipAddress === undefined || (app.ports ?? []).length === 0,
  "You cannot specify both an IP address and ports",
);

/** A change as `PUT /v2/apps` takes it. A version to go back to stands alone. */
export const appUpdate = where(
  where(object({ id: optional(nonEmpty), ...fields }), (update) => {
    const others = Object.keys(update).filter((name) => name !== "id" && name !== "version");
    if (update.version !== undefined && others.length > 0) throw unprocessable(combined);
    return isNoRoot(update);
  }),
  ({ uris, fetch }) => uris === undefined || fetch === undefined,
  bothFetches,
);

/** The body of `POST /v2/tasks/delete`. */
export const taskIds = object({ ids: list(text) });
