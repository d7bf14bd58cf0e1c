import { expect, test } from "vitest";
import { shareAcrossMachines, type Value } from "../../../src/render/container-task.ts";
import { toYaml } from "../../../src/render/yaml.ts";

test("strings that YAML 1.1 would read as something else are quoted, keys are not", () => {
  const data = { a: "on", b: "1:30", c: "1_000", d: "=", e: true, f: ["no", "0x1f"] };
  expect(toYaml(data)).toBe('a: "on"\nb: "1:30"\nc: "1_000"\nd: "="\ne: true\nf:\n  - "no"\n  - "0x1f"\n');
});

test("comments stand above the values they belong to: keys, nested keys, list items", () => {
  const data = { env: { A: "1", B: "2" }, volumes: ["/a:/a", "/b:/b"], restart_policy: "always" };
  const comments = new Map([
    ["env.B", "why B"],
    ["volumes.1", "why b"],
    ["restart_policy", "why so"],
    ["not.there", "nobody's"],
  ]);
  expect(toYaml(data, comments)).toBe(`env:
  A: "1"
  # why B
  B: "2"
volumes:
  - "/a:/a"
  # why b
  - "/b:/b"
# why so
restart_policy: "always"
`);
});

test.each<[string, Value[], Value, object[]]>([
  ["one machine", [{ name: "zk", env: { ID: "1" } }], { name: "zk", env: { ID: "1" } }, [{}]],
  ["all alike", ["x", "x"], "x", [{}, {}]],
  [
    "one value differs",
    [{ env: { MYID: "1", A: "a" } }, { env: { MYID: "2", A: "a" } }],
    { env: { MYID: "{{ zk_env_myid }}", A: "a" } },
    [{ zk_env_myid: "1" }, { zk_env_myid: "2" }],
  ],
  [
    "an item of a list differs",
    [{ command: ["--ip", "10.0.0.1"] }, { command: ["--ip", "10.0.0.2"] }],
    { command: ["--ip", "{{ zk_command_2 }}"] },
    [{ zk_command_2: "10.0.0.1" }, { zk_command_2: "10.0.0.2" }],
  ],
])("shared across machines: %s", (_, values, common, variables) => {
  expect(shareAcrossMachines("zk", values)).toEqual({ common, variables });
});
