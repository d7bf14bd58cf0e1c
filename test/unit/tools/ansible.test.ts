import { expect, test } from "vitest";
import { parseAnsibleLine } from "../../../src/tools/ansible.ts";

const failure = (machine: string, message: string) => ({ kind: "failure", machine, message });

test.each<[string, unknown]>([
  ["PLAY [Docker on every machine] *************", { kind: "play", name: "Docker on every machine" }],
  ["TASK [Run the zk container] ****", { kind: "task", name: "Run the zk container" }],
  ["TASK [docker_io : Set it up: now] ****", { kind: "task", name: "Set it up: now", role: "docker_io" }],
  [
    " [started TASK: Run the zk container on master]",
    { kind: "start", name: "Run the zk container", machine: "master" },
  ],
  [
    " [started TASK: docker_io : Set it up on time on slave-2]",
    { kind: "start", name: "Set it up on time", role: "docker_io", machine: "slave-2" },
  ],
  ["TASK [odd ] name [x]] ****", { kind: "task", name: "odd ] name [x]" }],
  ["RUNNING HANDLER [Wait until it answers] ***", { kind: "task", name: "Wait until it answers" }],
  ["ok: [master]", { kind: "result", machine: "master", status: "ok" }],
  ["changed: [slave] => (item=a)", { kind: "result", machine: "slave", status: "changed" }],
  ["skipping: [slave]", { kind: "result", machine: "slave", status: "skipping" }],
  ['fatal: [master]: FAILED! => {"changed": false, "msg": "no"}', failure("master", "no")],
  [
    'fatal: [master]: FAILED! => {"msg": "non-zero return code", "stderr": "bad"}',
    failure("master", "non-zero return code: bad"),
  ],
  [
    'fatal: [slave]: UNREACHABLE! => {"msg": "No route to host", "unreachable": true}',
    failure("slave", "No route to host"),
  ],
  ['failed: [master] (item=docker.io) => {"msg": "no such package"}', failure("master", "no such package")],
  ["fatal: [master]: FAILED! => not JSON", failure("master", "not JSON")],
  ['fatal: [master]: FAILED! => {"rc": 1}', failure("master", '{"rc": 1}')],
  [
    "master                     : ok=6    changed=2    unreachable=0    failed=1    skipped=0",
    { kind: "recap", machine: "master", ok: 6, changed: 2, unreachable: 0, failed: 1 },
  ],
  ["PLAY RECAP ***********", undefined],
  [
    "[WARNING]: No inventory was parsed, only implicit localhost is available",
    { kind: "warning", message: "No inventory was parsed, only implicit localhost is available" },
  ],
  ["skipping: no hosts matched", { kind: "warning", message: "no hosts matched" }],
  ["FAILED - RETRYING: [master]: Wait (89 retries left).", undefined],
  ["...ignoring", undefined],
  ["", undefined],
])("%j", (line, news) => {
  expect(parseAnsibleLine(line)).toEqual(news);
});
