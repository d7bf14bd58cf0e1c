import { ApiError } from "./api-error.ts";
import type { AppDefinition, PortMapping } from "./model.ts";

export interface PortRange {
  readonly min: number;
  readonly max: number;
}

/** Docker's port mappings. They are for bridged networks only: otherwise an app has the `ports` of its definition. */
export function portMappings(app: AppDefinition): readonly PortMapping[] | undefined {
  const docker = app.container?.docker;
  return docker?.network === "BRIDGE" ? docker.portMappings : undefined;
}

/** The ports under which a load balancer would offer the app; 0 where one has still to be chosen. */
export function servicePorts(app: AppDefinition): readonly number[] {
  return portMappings(app)?.map((mapping) => mapping.servicePort) ?? app.ports;
}

/** One for each port that a task gets on its host; 0 where any will do. */
export function hostPorts(app: AppDefinition): readonly number[] {
  return portMappings(app)?.map((mapping) => mapping.hostPort) ?? app.ports;
}

/**
 * Gives every service port that was left open the lowest free one of the range; an app keeps the ones it has.
 * @param taken by all apps as they were and as they shall be; what is given is added to it
 * @throws ApiError 500 when the range is used up.
 */
export function assignServicePorts(
  app: AppDefinition,
  taken: Set<number>,
  previous: AppDefinition | undefined,
  range: PortRange,
): AppDefinition {
  const wanted = servicePorts(app);
  if (!wanted.includes(0)) return { ...app, ports: wanted };
  for (const port of [...(previous?.ports ?? []), ...wanted]) taken.add(port);
  const own = (previous?.ports ?? []).filter(
    (port) => port >= range.min && port < range.max && !wanted.includes(port),
  );
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
  const mappings = docker.portMappings.slice(0, ports.length).map((mapping, index) => ({
    ...mapping,
    servicePort: ports[index] ?? mapping.servicePort,
  }));
  return { ...app, ports, container: { ...app.container, docker: { ...docker, portMappings: mappings } } };
}
