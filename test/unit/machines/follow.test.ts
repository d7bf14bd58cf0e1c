import { describe, expect, test } from "vitest";
import { followSite } from "../../../src/machines/docker-ssh/follow.ts";
import { fourWaysLab } from "../../helpers/described-labs.ts";

/** What Ansible prints of a play whose machines go at their own pace. */
const services = [
  "PLAY [The services of every machine] ***",
  " [started TASK: Run the zk container on master]",
  " [started TASK: Run the zk container on slave]",
  "TASK [Run the zk container] ***",
  "skipping: [slave]",
  " [started TASK: Run the ms1 container on slave]",
  "TASK [Run the ms1 container] ***",
  "changed: [slave]",
  " [started TASK: haproxy_marathon_bridge : See whether all is there on slave]",
  "TASK [haproxy_marathon_bridge : See whether all is there] ***",
  "changed: [slave]",
];

/** Follows these lines; tells which lines of progress are over by then, and what they said. */
async function afterHearing(lines: readonly string[], names: readonly string[]) {
  const followed = followSite(fourWaysLab);
  const said = Object.fromEntries(names.map((name) => [name, [] as string[]]));
  const over = new Set<string>();
  for (const name of names) {
    followed.part(name).listen((text) => said[name]?.push(text));
    followed.part(name).over.then(() => over.add(name));
  }
  for (const text of lines) followed.hear(text);
  await new Promise(setImmediate);
  return { followed, said, over: [...over] };
}

describe("a run of site.yml", () => {
  test("ends a service with its last task on all its machines, and a role with its play", async () => {
    const names = ["zookeeper", "mesos-slave", "haproxy-marathon-bridge"];
    const { followed, said, over } = await afterHearing(services, names);
    expect(over).toEqual(["mesos-slave"]);
    expect(said).toEqual({
      zookeeper: ["Run the zk container"],
      "mesos-slave": ["Run the ms1 container"],
      "haproxy-marathon-bridge": ["See whether all is there"],
    });
    expect(followed.part("haproxy-marathon-bridge").changed).toBe(1);
    const next = "PLAY [Every service answers] ***";
    expect((await afterHearing([...services, next], names)).over.sort()).toEqual(names.sort());
  });

  test("blames the service whose task failed, whatever goes on elsewhere", async () => {
    const failing = [
      ...services,
      "TASK [Run the zk container] ***",
      'fatal: [master]: FAILED! => {"msg": "port 2181 is taken"}',
      "PLAY [Every service answers] ***",
      "TASK [Wait until the Mesos slave answers] ***",
      "ok: [slave]",
    ];
    const { followed, over } = await afterHearing(failing, ["zookeeper", "marathon"]);
    expect(over).toEqual(["marathon"]);
    expect(followed.failures).toEqual([
      { machine: "master", task: "Run the zk container", message: "port 2181 is taken" },
    ]);
    expect(followed.isToBlame("zookeeper")).toBe(true);
    expect(followed.isToBlame("mesos-slave")).toBe(false);
    expect(followed.suspects().map(({ service, machine }) => `${service}@${machine.name}`)).toEqual([
      "zookeeper@master",
    ]);
  });

  test("blames what was waited for where a wait failed", async () => {
    const { followed } = await afterHearing(
      [
        "PLAY [The services of every machine] ***",
        "TASK [Wait until Marathon is elected and registered with Mesos] ***",
        'fatal: [master]: FAILED! => {"msg": "Status code was -1"}',
      ],
      [],
    );
    expect(followed.isToBlame("bamboo")).toBe(true);
    expect(followed.suspects().map(({ service }) => service)).toEqual(["marathon"]);
  });

  test("that failed without a failed task is told by the first line that was not over", async () => {
    const { followed } = await afterHearing(
      ["PLAY [Docker on every machine] ***", "PLAY [Check every machine] ***"],
      [],
    );
    expect(followed.isToBlame("engine")).toBe(false);
    expect(followed.isToBlame("preflight")).toBe(false);
    expect(followed.isToBlame("slave-host")).toBe(true);
  });
});
