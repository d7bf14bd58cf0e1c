/** The shape of an app as JSON Schema (draft 4, as Marathon has it), for editors and clients that check before they send. */

const [text, int, number, flag] = (["string", "integer", "number", "boolean"] as const).map((type) => ({
  type,
})) as [object, object, object, object];
const listOf = (items: object) => ({ type: "array", items });
const mapOf = (additionalProperties: object) => ({ type: "object", additionalProperties });
const object = (properties: object, required: readonly string[] = []) => ({
  type: "object",
  properties,
  ...(required.length > 0 && { required }),
});
const oneOf = (...words: readonly string[]) => ({ ...text, enum: words });

const docker = object(
  {
    image: text,
    network: oneOf("BRIDGE", "HOST", "NONE"),
    portMappings: listOf(
      object({ containerPort: int, hostPort: int, servicePort: int, protocol: oneOf("tcp", "udp") }),
    ),
    privileged: flag,
    parameters: listOf(object({ key: text, value: text }, ["key", "value"])),
    forcePullImage: flag,
  },
  ["image"],
);
const volume = object({ containerPath: text, hostPath: text, mode: oneOf("RO", "RW") });
const healthCheck = object({
  protocol: oneOf("HTTP", "TCP", "COMMAND"),
  path: text,
  port: int,
  portIndex: int,
  command: object({ value: text }, ["value"]),
  gracePeriodSeconds: int,
  intervalSeconds: int,
  timeoutSeconds: int,
  maxConsecutiveFailures: int,
  ignoreHttp1xx: flag,
});
const discoveryPort = object({ number: int, name: text, protocol: oneOf("tcp", "udp") });

export const appJsonSchema = {
  $schema: "http://json-schema.org/schema#",
  ...object(
    {
      id: text,
      cmd: text,
      args: listOf(text),
      user: text,
      env: mapOf(text),
      instances: { ...int, minimum: 0 },
      cpus: { ...number, minimum: 0 },
      mem: { ...number, minimum: 0 },
      disk: { ...number, minimum: 0 },
      executor: text,
      constraints: listOf({ ...listOf(text), minItems: 2, maxItems: 3 }),
      uris: listOf(text),
      fetch: listOf(object({ uri: text, extract: flag, executable: flag, cache: flag }, ["uri"])),
      storeUrls: listOf(text),
      ports: listOf({ ...int, minimum: 0, maximum: 65_535 }),
      requirePorts: flag,
      backoffSeconds: { ...int, minimum: 0 },
      backoffFactor: { ...number, minimum: 1 },
      maxLaunchDelaySeconds: { ...int, minimum: 0 },
      container: object({ type: oneOf("DOCKER", "MESOS"), docker, volumes: listOf(volume) }),
      healthChecks: listOf(healthCheck),
      dependencies: listOf(text),
      upgradeStrategy: object({ minimumHealthCapacity: number, maximumOverCapacity: number }),
      labels: mapOf(text),
      acceptedResourceRoles: listOf(text),
      ipAddress: object({
        groups: listOf(text),
        labels: mapOf(text),
        discovery: object({ ports: listOf(discoveryPort) }),
      }),
      version: { ...text, format: "date-time" },
    },
    ["id"],
  ),
};
