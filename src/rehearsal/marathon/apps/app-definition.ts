import type { AppUpdate } from "../api/app-reader.ts";
import { ApiError, invalid, unsupported } from "./api-error.ts";
import type { AppDefinition, Container, HealthCheck } from "./model.ts";
import { canonicalId, isValidId, segmentRule } from "./path-id.ts";

const defaults: Omit<AppDefinition, "id" | "version"> = {
  cmd: null,
  args: null,
  user: null,
  env: {},
  instances: 1,
  cpus: 1,
  mem: 128,
  disk: 0,
  executor: "",
  constraints: [],
  uris: [],
  fetch: [],
  storeUrls: [],
  ports: [0],
  requirePorts: false,
  backoffSeconds: 1,
  backoffFactor: 1.15,
  maxLaunchDelaySeconds: 3600,
  container: null,
  healthChecks: [],
  dependencies: [],
  upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  labels: {},
  acceptedResourceRoles: null,
  ipAddress: null,
};

export interface PortRange {
  readonly min: number;
  readonly max: number;
}

/**
 * The app that a request asks for: the current one (or the defaults) with the request's fields laid over it.
 * @throws ApiError 422 when it is not valid, or asks for what the stand-in does not do.
 */
export function applyUpdate(
  id: string,
  current: AppDefinition | undefined,
  update: AppUpdate,
): AppDefinition {
  const { cmd, args, uris, fetch, ...rest } = update;
  if (uris !== undefined && uris.length > 0 && fetch !== undefined && fetch.length > 0)
    throw new ApiError(400, {
      message: "Invalid JSON",
      details: [{ path: "", errors: ["You cannot specify both uris and fetch fields"] }],
    });
  const fetched =
    fetch ?? uris?.map((uri) => ({ uri, extract: isArchive(uri), executable: false, cache: false }));
  const base = current ?? { id, ...defaults, version: "" };
  const app: AppDefinition = {
    ...base,
    ...rest,
    id,
    // One replaces the other: an app has a command or arguments, never both.
    ...(cmd !== undefined && args === undefined ? { cmd, args: null } : {}),
    ...(args !== undefined && cmd === undefined ? { args, cmd: null } : {}),
    ...(args !== undefined && cmd !== undefined ? { cmd, args } : {}),
    ...(fetched === undefined ? {} : { fetch: fetched, uris: fetched.map((entry) => entry.uri) }),
    version: base.version,
  };
  const complete = { ...app, healthChecks: app.healthChecks.map((check) => withPortIndex(check, app)) };
  validate(complete);
  return complete;
}

function withPortIndex(check: HealthCheck, app: AppDefinition): HealthCheck {
  const needed = check.portIndex === undefined && check.port === undefined && servicePorts(app).length > 0;
  return needed ? { ...check, portIndex: 0 } : check;
}

function isArchive(uri: string): boolean {
  return /\.(tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz|zip)$/.test(uri);
}

function validate(app: AppDefinition): void {
  const details: { attribute: string; error: string }[] = [];
  if (!isValidId(app.id) || app.id === "/")
    details.push({ attribute: "id", error: `must fully match regular expression '${segmentRule}'` });
  const fixed = app.ports.filter((port) => port !== 0);
  if (new Set(fixed).size !== fixed.length)
    details.push({ attribute: "ports", error: "Elements must be unique" });
  const commands = Number(app.cmd !== null) + Number(app.args !== null && app.args.length > 0);
  if (commands > 1 || (commands === 0 && !hasContent(app.container)))
    details.push({
      attribute: "",
      error: "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.",
    });
  const ports = servicePorts(app).length;
  const reachable = (check: HealthCheck) =>
    check.portIndex === undefined ? ports === 1 : check.portIndex >= 0 && check.portIndex < ports;
  if (!app.healthChecks.every((check) => check.port !== undefined || reachable(check)))
    details.push({
      attribute: "",
      error:
        "Health check port indices must address an element of the ports array or container port mappings.",
    });
  const { minimumHealthCapacity: least, maximumOverCapacity: over } = app.upgradeStrategy;
  if (least < 0 || least > 1)
    details.push({
      attribute: "upgradeStrategy.minimumHealthCapacity",
      error: "is greater than 1 or less than 0",
    });
  if (over < 0 || over > 1)
    details.push({
      attribute: "upgradeStrategy.maximumOverCapacity",
      error: "is greater than 1 or less than 0",
    });
  if (details.length > 0) throw invalid(details);

  if (app.executor !== "" && app.executor !== "//cmd") throw unsupported(`The executor '${app.executor}'`);
  if (app.dependencies.length > 0) throw unsupported("Starting apps in the order of their dependencies");
  if (app.storeUrls.length > 0) throw unsupported("storeUrls (an artifact store)");
  if (app.acceptedResourceRoles !== null && !app.acceptedResourceRoles.includes("*"))
    throw unsupported("A resource role other than '*'");
  for (const [, operator, value] of app.constraints) {
    if (operator?.endsWith("LIKE") && !isPattern(value))
      throw invalid([{ attribute: "constraints", error: `${operator} needs a regular expression` }]);
  }
}

function isPattern(value: string | undefined): boolean {
  try {
    return value !== undefined && value !== "" && new RegExp(value) !== undefined;
  } catch {
    return false;
  }
}

function hasContent(container: Container | null): boolean {
  return container !== null && (container.docker !== undefined || container.volumes.length > 0);
}

/** The ports under which a load balancer would offer the app; 0 where one has still to be chosen. */
export function servicePorts(app: AppDefinition): readonly number[] {
  return app.container?.docker?.portMappings?.map((mapping) => mapping.servicePort) ?? app.ports;
}

/**
 * Gives every service port that was left open the lowest free one of the range; an app keeps the ones it has.
 * @throws ApiError 500 when the range is used up.
 */
export function assignServicePorts(
  app: AppDefinition,
  others: readonly AppDefinition[],
  previous: AppDefinition | undefined,
  range: PortRange,
): AppDefinition {
  const wanted = servicePorts(app);
  const taken = new Set([...others.flatMap(servicePorts), ...(previous?.ports ?? []), ...wanted]);
  const own = (previous?.ports ?? []).filter((port) => port >= range.min && !wanted.includes(port));
  const next = () => {
    const kept = own.shift();
    if (kept !== undefined) return kept;
    for (let port = range.min; port < range.max; port += 1) {
      if (taken.has(port)) continue;
      taken.add(port);
      return port;
    }
    throw new ApiError(500, {
      message: `All ports in the range ${range.min}-${range.max} are already in use`,
    });
  };
  const ports = wanted.map((port) => (port === 0 ? next() : port));
  const docker = app.container?.docker;
  if (app.container === null || docker?.portMappings === undefined) return { ...app, ports };
  const portMappings = docker.portMappings.map((mapping, index) => ({
    ...mapping,
    servicePort: ports[index] ?? mapping.servicePort,
  }));
  return { ...app, ports, container: { ...app.container, docker: { ...docker, portMappings } } };
}

/** True when the difference means that running tasks have to be replaced, not only counted. */
export function needsReplacing(current: AppDefinition, next: AppDefinition): boolean {
  const essence = ({ instances: _i, version: _v, versionInfo: _w, ...rest }: AppDefinition) => sorted(rest);
  return essence(current) !== essence(next);
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** The id in the path of a request, canonical. */
export function idInPath(path: string): string {
  return canonicalId(decodeURIComponent(path));
}
