import { expect, test } from "vitest";
import { readBambooOptions } from "../../../../src/rehearsal/bamboo/options.ts";

const tutorial = {
  MARATHON_ENDPOINT: "http://192.0.2.18:8080",
  BAMBOO_ENDPOINT: "http://192.0.2.18:8000",
  BAMBOO_ZK_HOST: "192.0.2.18:2181",
  BAMBOO_ZK_PATH: "/bamboo",
  BIND: ":8000",
  CONFIG_PATH: "config/production.example.json",
  BAMBOO_DOCKER_AUTO_HOST: "true",
};

test("the tutorial's variables", () => {
  expect(readBambooOptions(tutorial)).toEqual({
    marathonEndpoints: ["http://192.0.2.18:8080"],
    bambooEndpoint: "http://192.0.2.18:8000",
    zkHost: "192.0.2.18:2181",
    zkPath: "/bamboo",
    listen: { host: "0.0.0.0", port: 8000 },
    haproxyOutputPath: "/etc/haproxy/haproxy.cfg",
  });
});

test.each([
  [{ CONFIG_PATH: undefined }, "open :config/production.example.json: no such file or directory"],
  [{ CONFIG_PATH: "config/none.json" }, "open config/none.json: no such file or directory"],
  [{ BIND: "8000" }, "BIND=8000 is not an address"],
  [{ HAPROXY_TEMPLATE_PATH: "/t.cfg" }, "reads no Go templates"],
])("%o is refused", (change, message) => {
  expect(() => readBambooOptions({ ...tutorial, ...change })).toThrow(message);
});
