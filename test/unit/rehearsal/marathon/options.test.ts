import { expect, test } from "vitest";
import { prefersText } from "../../../../src/rehearsal/marathon/api/http.ts";
import { readMarathonOptions } from "../../../../src/rehearsal/marathon/options.ts";

const tutorial = ["--master", "zk://192.0.2.18:2181/mesos", "--zk", "zk://192.0.2.18:2181/marathon"];

test("the tutorial's flags, and Marathon's defaults", () => {
  expect(readMarathonOptions([...tutorial, "--event_subscriber", "http_callback"], {})).toMatchObject({
    master: "zk://192.0.2.18:2181/mesos",
    eventSubscriber: "http_callback",
    httpAddress: "0.0.0.0",
    httpPort: 8080,
    failoverTimeoutSeconds: 604_800,
    localPortMin: 10_000,
    localPortMax: 20_000,
    zkSessionTimeoutMs: 10_000,
    declineOfferDurationMs: 120_000,
    checkpoint: true,
  });
});

test("MARATHON_X is --x, the command line wins, variables of a task are no flags", () => {
  const env = {
    MARATHON_HTTP_PORT: "9090",
    MARATHON_HOSTNAME: "a",
    MARATHON_APP_ID: "/x",
    MARATHON_DISABLE_CHECKPOINT: "",
  };
  const options = readMarathonOptions([...tutorial, "--hostname=b"], env);
  expect(options).toMatchObject({ httpPort: 9090, hostname: "b", checkpoint: false });
});

test.each([
  [["--nonsense", "1"], "Unknown option 'nonsense'"],
  [["--http_port", "x"], "Bad arguments for option 'http_port': 'x'"],
  [["--http_port"], "No argument given for option 'http_port'"],
  [["stray"], "Excess arguments provided: 'stray'"],
  [["--event_subscriber", "mail"], "only http_callback is known"],
])("%o is fatal", (flags, message) => {
  expect(() => readMarathonOptions([...tutorial, ...flags], {})).toThrow(message);
});

test("a missing master is fatal", () => {
  expect(() => readMarathonOptions([], {})).toThrow("Required option 'master' not found");
});

test.each([
  ["text/plain", true],
  ["application/json", false],
  ["*/*", false],
  [undefined, false],
  ["application/json;q=0.5, text/plain", true],
])("Accept: %s", (accept, expected) => {
  expect(prefersText(accept)).toBe(expected);
});
