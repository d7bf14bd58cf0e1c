import { ApiError, unsupported } from "../apps/api-error.ts";
import type {
  AppDefinition,
  Container,
  Docker,
  Fetch,
  HealthCheck,
  PortMapping,
  Volume,
} from "../apps/model.ts";
import { canonicalId } from "../apps/path-id.ts";
import {
  atLeast,
  type FieldError,
  type Fields,
  flag,
  integer,
  listOf,
  mapOf,
  moreThanZero,
  number,
  objectOf,
  oneOf,
  type Read,
  text,
  where,
} from "./json-reader.ts";

/** The fields of a request, before ports, versions and validity are looked at. */
export type AppUpdate = Partial<Omit<AppDefinition, "ipAddress" | "versionInfo">>;

const operators = ["UNIQUE", "CLUSTER", "GROUP_BY", "LIKE", "UNLIKE"];
const constraint: Read<string[]> = (value, path, problems) => {
  const words = Array.isArray(value) && value.every((word) => typeof word === "string") ? value : [];
  if ((words.length === 2 || words.length === 3) && operators.includes(words[1] ?? "")) return words;
  const form = "Constraint definition must be an array of strings in format: <key>, <operator>[, value]";
  problems.push({ path, errors: [form] });
  return undefined;
};

const portMapping = objectOf<PortMapping>((fields) => ({
  containerPort: fields.optional("containerPort", integer, 0),
  hostPort: fields.optional("hostPort", integer, 0),
  servicePort: fields.optional("servicePort", integer, 0),
  protocol: fields.optional("protocol", oneOf(["tcp", "udp"], "protocol"), "tcp"),
}));

const docker = objectOf<Docker>((fields) => ({
  image: fields.required("image", text) ?? "",
  ...fields.present("network", oneOf(["BRIDGE", "HOST", "NONE"], "network")),
  ...fields.present("portMappings", listOf(portMapping)),
  privileged: fields.optional("privileged", flag, false),
  parameters: fields.optional("parameters", listOf(objectOf(parameter)), []),
  forcePullImage: fields.optional("forcePullImage", flag, false),
}));

function parameter(fields: Fields): { key: string; value: string } {
  return { key: fields.required("key", text) ?? "", value: fields.required("value", text) ?? "" };
}

const volume = objectOf<Volume>((fields) => ({
  containerPath: fields.required("containerPath", text) ?? "",
  hostPath: fields.required("hostPath", text) ?? "",
  mode: fields.required("mode", oneOf(["RO", "RW"], "mode")) ?? "RO",
}));

const container = objectOf<Container>((fields) => ({
  type: fields.optional("type", oneOf(["DOCKER", "MESOS"], "type"), "DOCKER"),
  volumes: fields.optional("volumes", listOf(volume), []),
  ...fields.present("docker", docker),
}));

const healthCheck = objectOf<HealthCheck>((fields) => {
  const protocol = fields.optional("protocol", oneOf(["HTTP", "TCP", "COMMAND"], "protocol"), "HTTP");
  if (protocol === "COMMAND") throw unsupported("A COMMAND health check");
  return {
    ...fields.present("path", text),
    protocol,
    ...fields.present("portIndex", integer),
    gracePeriodSeconds: fields.optional("gracePeriodSeconds", atLeast(0), 300),
    intervalSeconds: fields.optional("intervalSeconds", atLeast(1), 60),
    timeoutSeconds: fields.optional("timeoutSeconds", atLeast(1), 20),
    maxConsecutiveFailures: fields.optional("maxConsecutiveFailures", atLeast(0), 3),
    ignoreHttp1xx: fields.optional("ignoreHttp1xx", flag, false),
    ...fields.present("port", integer),
  };
});

const fetchUri = objectOf<Fetch>((fields) => ({
  uri: fields.required("uri", text) ?? "",
  extract: fields.optional("extract", flag, true),
  executable: fields.optional("executable", flag, false),
  cache: fields.optional("cache", flag, false),
}));

const upgradeStrategy = objectOf((fields) => ({
  minimumHealthCapacity: fields.optional("minimumHealthCapacity", number, 1),
  maximumOverCapacity: fields.optional("maximumOverCapacity", number, 1),
}));

const nonEmptyText = where(text, (value) => value !== "", "error.minLength");
const roles = where(listOf(text), (value) => value.length > 0, "error.minLength");

const update: Read<AppUpdate> = objectOf((fields) => ({
  ...fields.present("id", nonEmptyText),
  ...fields.present("cmd", nonEmptyText),
  ...fields.present("args", listOf(text)),
  ...fields.present("user", text),
  ...fields.present("env", mapOf(text)),
  ...fields.present("instances", atLeast(0)),
  ...fields.present("cpus", moreThanZero),
  ...fields.present("mem", number),
  ...fields.present("disk", number),
  ...fields.present("executor", text),
  ...fields.present("constraints", listOf(constraint)),
  ...fields.present("uris", listOf(text)),
  ...fields.present("fetch", listOf(fetchUri)),
  ...fields.present("storeUrls", listOf(text)),
  ...fields.present("ports", listOf(integer)),
  ...fields.present("requirePorts", flag),
  ...fields.present("backoffSeconds", atLeast(0)),
  ...fields.present("backoffFactor", number),
  ...fields.present("maxLaunchDelaySeconds", atLeast(0)),
  ...fields.present("container", container),
  ...fields.present("healthChecks", listOf(healthCheck)),
  ...fields.present("dependencies", listOf(text)),
  ...fields.present("upgradeStrategy", upgradeStrategy),
  ...fields.present("labels", mapOf(text)),
  ...fields.present("acceptedResourceRoles", roles),
  ...fields.present("version", text),
  ...(fields.optional("ipAddress", (value) => ({ value }), undefined) === undefined ? {} : refuseIpAddress()),
}));

function refuseIpAddress(): never {
  throw unsupported("ipAddress (an IP address per task)");
}

/** @throws ApiError 400 when the body is not JSON or a field has the wrong type. */
export function readUpdate(body: string): AppUpdate {
  return canonical(readAs(body, update));
}

/** @throws ApiError 400 as `readUpdate`. */
export function readUpdates(body: string): AppUpdate[] {
  return readAs(body, listOf(update)).map(canonical);
}

/** @throws ApiError 400 when the body is not `{"ids": [...]}`. */
export function readIds(body: string): string[] {
  return [
    ...new Set(
      readAs(
        body,
        objectOf((fields) => fields.required("ids", listOf(text)) ?? []),
      ),
    ),
  ];
}

/** @throws ApiError 400, as a missing id does. */
export function missingId(): ApiError {
  return wrongTypes([{ path: "/id", errors: ["error.path.missing"] }]);
}

function canonical(read: AppUpdate): AppUpdate {
  return read.id === undefined ? read : { ...read, id: canonicalId(read.id) };
}

function readAs<T>(body: string, read: Read<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw new ApiError(400, { message: "Invalid JSON", details: (error as Error).message });
  }
  const problems: FieldError[] = [];
  const value = read(json, "", problems);
  if (problems.length > 0 || value === undefined) throw wrongTypes(problems);
  return value;
}

function wrongTypes(problems: readonly FieldError[]): ApiError {
  return new ApiError(400, { message: "Invalid JSON", details: problems });
}
