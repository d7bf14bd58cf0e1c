import { defaults } from "./defaults.ts";
import type { AppDefinition, AppUpdate, Container, Fetch, HealthCheck } from "./model.ts";
import { canonicalId } from "./path-id.ts";
import { portMappings } from "./service-ports.ts";

/**
 * The app that a request to create one asks for.
 * @param group what relative ids begin at; in a request for one app its dependencies begin at the app itself
 */
export function newDefinition(wanted: AppUpdate & { readonly id: string }, group?: string): AppDefinition {
  const { id: name, uris = [], fetch = [], dependencies = [], version = "", ...rest } = wanted;
  const id = canonicalId(name, group);
  const fetched = fetch.length > 0 ? fetch : uris.map((uri) => fetchOf(uri, isArchive(uri)));
  const app: AppDefinition = {
    id,
    ...defaults,
    ...(wanted.ipAddress === undefined ? {} : { ports: [] }),
    ...rest,
    fetch: fetched,
    uris: fetched.map(({ uri }) => uri),
    dependencies: dependencies.map((other) => canonicalId(other, group ?? id)),
    version,
  };
  return { ...app, healthChecks: app.healthChecks.map((check) => withPortIndex(check, app)) };
}

/** The app with the fields of a request laid over it. */
export function applyUpdate(current: AppDefinition, update: AppUpdate): AppDefinition {
  const { id: _id, uris, fetch, container, dependencies, version: _version, ...rest } = update;
  const fetched = fetch ?? uris?.map((uri) => fetchOf(uri, true));
  return {
    ...current,
    ...rest,
    ...(fetched === undefined ? {} : { fetch: fetched, uris: fetched.map(({ uri }) => uri) }),
    ...(container === undefined || isEmpty(container) ? {} : { container }),
    ...(dependencies === undefined
      ? {}
      : { dependencies: dependencies.map((other) => canonicalId(other, current.id)) }),
  };
}

/** Once a check named its port by an index that had a default: it still gets one where that means something. */
function withPortIndex(check: HealthCheck, app: AppDefinition): HealthCheck {
  const hasPorts = app.ports.length > 0 || (portMappings(app) ?? []).length > 0;
  const needed = check.portIndex === undefined && check.port === undefined && check.protocol !== "COMMAND";
  return hasPorts && needed ? { ...check, portIndex: 0 } : check;
}

function fetchOf(uri: string, extract: boolean): Fetch {
  return { uri, extract, executable: false, cache: false };
}

function isArchive(uri: string): boolean {
  return /\.(tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz|zip)$/.test(uri);
}

/** A container that says nothing is none. */
export function isEmpty(container: Container): boolean {
  return container.type === "DOCKER" && container.docker === undefined && container.volumes.length === 0;
}

/** True when the difference means that running tasks have to be replaced, not only counted. */
export function isUpgrade(current: AppDefinition, next: AppDefinition): boolean {
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
