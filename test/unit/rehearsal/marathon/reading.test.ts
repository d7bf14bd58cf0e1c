import { describe, expect, test } from "vitest";
import { appUpdate, newApp } from "../../../../src/rehearsal/marathon/api/app-schema.ts";
import { read } from "../../../../src/rehearsal/marathon/api/play-json.ts";
import { applyUpdate, newDefinition } from "../../../../src/rehearsal/marathon/apps/app-definition.ts";
import { appViolations, mustBeValid } from "../../../../src/rehearsal/marathon/apps/validation.ts";
import { readApp } from "../../../helpers/marathon-app.ts";

/** What Marathon answers to an app of these fields: its status and the details or message. */
function answer(fields: object, work = create): unknown {
  try {
    work(JSON.stringify(fields));
  } catch (error) {
    const { status, body } = error as { status: number; body: { message: string; details?: unknown } };
    return [status, body.details ?? body.message];
  }
  return "accepted";
}
const create = (body: string) => mustBeValid(appViolations(newDefinition(read(newApp, body))));
const change = (body: string) => mustBeValid(appViolations(applyUpdate(readApp(), read(appUpdate, body))));
const wrongJson = (path: string, ...errors: string[]) => [400, [{ path, errors }]];
const invalid = (attribute: string, error: string) => [422, [{ attribute, error }]];
const noCommand = "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.";
const noIndex =
  "Health check port indices must address an element of the ports array or container port mappings.";
const segment =
  "must fully match regular expression '^(([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])\\.)*([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])|(\\.|\\.\\.)$'";

describe("an app that is created", () => {
  test("has Marathon's defaults", () => {
    expect(readApp()).toMatchObject({
      id: "/app",
      instances: 1,
      cpus: 1,
      mem: 128,
      ports: [0],
      backoffSeconds: 1,
      backoffFactor: 1.15,
      maxLaunchDelaySeconds: 3600,
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    });
    expect(readApp({ healthChecks: [{}] }).healthChecks).toEqual([
      {
        protocol: "HTTP",
        portIndex: 0,
        gracePeriodSeconds: 300,
        intervalSeconds: 60,
        timeoutSeconds: 20,
        maxConsecutiveFailures: 3,
        ignoreHttp1xx: false,
      },
    ]);
  });

  test("unpacks the archives among its URIs", () => {
    const { fetch } = readApp({ uris: ["http://h/a.tgz", "http://h/b.jar"] });
    expect(fetch.map(({ extract }) => extract)).toEqual([true, false]);
  });

  test("that is to have an address of its own has no ports", () => {
    expect(readApp({ ipAddress: {} })).toMatchObject({
      ports: [],
      ipAddress: { groups: [], labels: {}, discovery: { ports: [] } },
    });
  });

  test.each<[object, unknown]>([
    [{ cpus: "1" }, wrongJson("/cpus", "error.expected.jsnumber")],
    [{ cpus: 0 }, wrongJson("/cpus", "value must be greater than 0.0")],
    [{ cpus: null, instances: null, env: null }, "accepted"],
    [{ instances: -1 }, wrongJson("/instances", "value must not be less than 0")],
    [{ instances: 1.5 }, wrongJson("/instances", "error.expected.int")],
    [{ backoffSeconds: 1.5 }, wrongJson("/backoffSeconds", "error.expected.long")],
    [{ ports: 80 }, wrongJson("/ports", "error.expected.jsarray")],
    [{ ports: [80, 80] }, wrongJson("/ports")],
    [{ ports: [0, 0] }, "accepted"],
    [{ env: { A: 1 } }, wrongJson("/env/A", "error.expected.jsstring")],
    [{ env: "A=1" }, wrongJson("/env", "error.expected.jsobject")],
    [{ args: ["a", null], cmd: null }, wrongJson("/args(1)", "error.expected.jsstring")],
    [{ cmd: "" }, wrongJson("/cmd", "error.minLength")],
    [{ id: "" }, wrongJson("/id", "error.minLength")],
    [{ id: null }, wrongJson("/id", "error.expected.jsstring")],
    [{ id: undefined }, wrongJson("/id", "error.path.missing")],
    [{ id: "/" }, wrongJson("")],
    [{ executor: "/" }, wrongJson("/executor", "error.pattern")],
    [{ acceptedResourceRoles: [] }, wrongJson("/acceptedResourceRoles", "set must not be empty")],
    [{ uris: ["a"], fetch: [{ uri: "b" }] }, wrongJson("", "You cannot specify both uris and fetch fields")],
    [{ uris: [], fetch: [{ uri: "b" }] }, "accepted"],
    [{ ipAddress: {}, ports: [80] }, wrongJson("", "You cannot specify both an IP address and ports")],
    [{ container: { docker: {} } }, wrongJson("/container/docker/image", "error.path.missing")],
    [
      { container: { docker: { image: "i", network: "HOSTS" } } },
      wrongJson("/container/docker/network", "HOSTS is not a valid network type"),
    ],
    [
      { container: { docker: { image: "i", portMappings: [{ protocol: "icmp" }] } } },
      [422, "requirement failed: protocol can only be 'tcp' or 'udp'"],
    ],
    [
      { container: { volumes: [{ containerPath: "/a", hostPath: "/b", mode: "W" }] } },
      wrongJson("/container/volumes(0)/mode", "W is not a valid mode"),
    ],
    [
      { healthChecks: [{ protocol: "UDP" }, { protocol: 7 }] },
      [
        400,
        [
          { path: "/healthChecks(0)/protocol", errors: ["UDP is not a valid protocol"] },
          { path: "/healthChecks(1)/protocol", errors: ["expected string, got 7"] },
        ],
      ],
    ],
    [
      { constraints: [["hostname", "MAX_PER", "1"]] },
      wrongJson(
        "/constraints(0)",
        "Constraint definition must be an array of strings in format: <key>, <operator>[, value]",
      ),
    ],
    // Of what is no object no field is read, and nothing is missing.
    [{ container: "tomcat", upgradeStrategy: [] }, "accepted"],
    // A pattern is wanted when an offer is looked at, not before.
    [{ constraints: [["hostname", "LIKE"]] }, "accepted"],
    [
      { id: "/A/b_" },
      [
        422,
        [
          { attribute: "id", error: segment },
          { attribute: "id", error: segment },
        ],
      ],
    ],
    [{ dependencies: ["/b", "/B"] }, invalid("dependencies[1]", segment)],
    [{ args: ["x"] }, invalid("value", noCommand)],
    [{ args: [] }, invalid("value", noCommand)],
    [{ cmd: null }, invalid("value", noCommand)],
    [{ cmd: null, container: {} }, invalid("value", noCommand)],
    [{ cmd: null, container: { docker: { image: "i" } } }, "accepted"],
    [{ fetch: [{ uri: "a b" }] }, invalid("fetch.[0]", "URI has invalid syntax.")],
    [
      { upgradeStrategy: { minimumHealthCapacity: 2, maximumOverCapacity: -0.5 } },
      [
        422,
        [
          {
            attribute: "upgradeStrategy.minimumHealthCapacity",
            error: "got 2.0, expected between 0.0 and 1.0",
          },
          {
            attribute: "upgradeStrategy.maximumOverCapacity",
            error: "got -0.5, expected between 0.0 and 1.0",
          },
        ],
      ],
    ],
    [{ healthChecks: [{ portIndex: 3 }] }, invalid("value", noIndex)],
    [{ ports: [], healthChecks: [{ port: 80 }] }, invalid("value", noIndex)],
    [{ ports: [0, 0], healthChecks: [{ port: 80 }] }, invalid("value", noIndex)],
    [{ ports: [0], healthChecks: [{ port: 80 }] }, "accepted"],
    [{ ports: [], healthChecks: [{ protocol: "COMMAND", command: { value: "true" } }] }, "accepted"],
    [{ healthChecks: [{ protocol: "HTTPS", intervalSeconds: 0 }] }, "accepted"],
  ])("of %j", (fields, expected) => {
    expect(answer({ id: "app", cmd: "sleep 1", ...fields })).toEqual(expected);
  });
});

describe("a change", () => {
  test.each<[object, unknown]>([
    [{ instances: 2 }, "accepted"],
    [{ args: ["x"] }, invalid("value", noCommand)],
    [{ id: "/" }, wrongJson("")],
    [{ version: "2015-12-30T10:00:00.000Z" }, "accepted"],
    [
      { version: "2015-12-30T10:00:00.000Z", cmd: "x" },
      [422, "requirement failed: The 'version' field may only be combined with the 'id' field."],
    ],
    [{ version: "yesterday" }, [422, 'Invalid format: "yesterday"']],
    [{ uris: [], fetch: [] }, wrongJson("", "You cannot specify both uris and fetch fields")],
    // What an app that is created gets by itself, a change has to say.
    [{ ports: [0, 0], healthChecks: [{}] }, invalid("value", noIndex)],
  ])("of %j", (fields, expected) => {
    expect(answer(fields, change)).toEqual(expected);
  });

  test("keeps what it does not name; a container that says nothing is none", () => {
    const app = readApp({ container: { docker: { image: "tomcat" } } });
    expect(applyUpdate(app, { container: { type: "DOCKER", volumes: [] }, instances: 3 })).toEqual({
      ...app,
      instances: 3,
    });
    expect(applyUpdate(readApp(), { uris: ["b.jar"] }).fetch).toEqual([
      { uri: "b.jar", extract: true, executable: false, cache: false },
    ]);
  });
});

test("a body that is no JSON is told from one that is empty", () => {
  const body = (text: string) => () => read(newApp, text);
  expect(body("{")).toThrow("Invalid JSON");
  expect(body("")).toThrow("Please specify data in JSON format");
});
