import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dockerRunner } from "../../../src/rehearsal/mesos-agent/docker-runner.ts";
import type { Started, TaskRunner, TaskToRun } from "../../../src/rehearsal/mesos-agent/task-runner.ts";
import { until } from "../../helpers/eventually.ts";

/** A docker that writes down what it is asked and keeps its one container as a file. */
const fakeDocker = `#!/bin/sh
printf '%s\\n' "$*" >> "$0.calls"
case "$1" in
  --version) echo "Docker version 24.0.7, build afdd53b" ;;
  pull) [ ! -e "$0.nopull" ] || { echo "manifest unknown" >&2; exit 1; } ;;
  run) [ ! -e "$0.norun" ] || { echo "docker: no such device." >&2; exit 125; }
    touch "$0.up"; while [ -e "$0.up" ]; do sleep 0.05; done; exit "$(cat "$0.exit")" ;;
  inspect) case "$2" in
    mesos-*) [ -e "$0.up" ] || exit 1
      echo '[{"State":{"Running":true},"NetworkSettings":{"IPAddress":"","Networks":{"bridge":{"IPAddress":"172.17.0.2"}}}}]' ;;
    *) [ ! -e "$0.noimage" ] ;; esac ;;
  stop) echo 137 > "$0.exit"; rm -f "$0.up" ;;
  ps) printf 'mesos-S0.one\\nother-mesos-S0.two\\n' ;;
esac
`;

let directory: string;
let docker: string;
let runner: TaskRunner;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "docker-"));
  docker = join(directory, "docker");
  await writeFile(docker, fakeDocker);
  await chmod(docker, 0o755);
  await writeFile(`${docker}.exit`, "0");
  runner = await dockerRunner({ docker, pullTimeoutMs: 5_000, stopTimeoutMs: 0, inspectIntervalMs: 20 });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const touch = (name: string) => writeFile(`${docker}.${name}`, "");
const calls = async () => (await readFile(`${docker}.calls`, "utf8")).trim().split("\n");

function task(): TaskToRun {
  return {
    frameworkId: "F",
    checkpoint: true,
    agentPid: "slave(1)@127.0.0.1:5051",
    agentId: "S0",
    containerId: "one",
    sandbox: directory,
    hostname: "h",
    info: {
      name: "tomcat",
      task_id: { value: "tomcat.1" },
      agent_id: { value: "S0" },
      resources: [
        { name: "cpus", type: "SCALAR", scalar: { value: 0.5 } },
        { name: "mem", type: "SCALAR", scalar: { value: 200 } },
        { name: "ports", type: "RANGES", ranges: { range: [{ begin: 31071, end: 31071 }] } },
      ],
      command: { shell: false, environment: { variables: [{ name: "PORT0", value: "31071" }] } },
      container: {
        type: "DOCKER",
        docker: {
          image: "tomcat",
          network: "BRIDGE",
          port_mappings: [{ host_port: 31071, container_port: 8080, protocol: "tcp" }],
        },
      },
    },
  };
}

describe("a container", () => {
  test("is run as Mesos runs it, and killed through docker stop", async () => {
    const kill = new AbortController();
    const started: Started[] = [];
    const outcome = runner.run(task(), (one) => started.push(one), kill.signal);
    await until("it runs", () => started.length === 1);
    expect(started).toMatchObject([{ ip: "172.17.0.2" }]);
    // A health check is run in it.
    const check = started[0]?.beside?.({ shell: true, value: "test -f $HOME/x" }).program;
    expect(check?.args).toEqual(["exec", "mesos-S0.one", "sh", "-c", "test -f $HOME/x"]);
    kill.abort();
    expect((await outcome).state).toBe("TASK_KILLED");
    // The runner looks whether the container is there while it is being run: such a look may come before the run is noted.
    const made = (await calls()).filter((call) => !/^inspect .*mesos-S0\.one$/.test(call));
    expect(made.slice(0, 3)).toEqual([
      "--version",
      "inspect tomcat:latest",
      `run -c 512 -m 209715200 -e PORT0=31071 -e MESOS_SANDBOX=/mnt/mesos/sandbox -v ${directory}:/mnt/mesos/sandbox --net bridge -p 31071:8080/tcp --name mesos-S0.one tomcat`,
    ]);
    expect(made).toContain("stop -t 0 mesos-S0.one");
    expect(made.filter((call) => call.startsWith("pull"))).toEqual([]);
  });

  test("whose image is missing is pulled first; a failed pull fails with Docker's words", async () => {
    await touch("noimage");
    await touch("nopull");
    const outcome = await runner.run(task(), () => {}, new AbortController().signal);
    expect(outcome).toMatchObject({ state: "TASK_FAILED", reason: "REASON_COMMAND_EXECUTOR_FAILED" });
    expect(outcome.message).toBe(
      `Failed to launch container: Failed to '${docker} pull tomcat:latest': exit status = exited with status 1 stderr = manifest unknown`,
    );
    expect(await calls()).toContain("pull tomcat:latest");
  });

  test("that cannot be made fails with its status, as one that dies", async () => {
    await touch("norun");
    expect(await runner.run(task(), () => {}, new AbortController().signal)).toEqual({
      state: "TASK_FAILED",
      message: "Docker container run error: Container exited on error: exited with status 125",
    });
    await rm(`${docker}.norun`);
    await writeFile(`${docker}.exit`, "137");
    const outcome = runner.run(task(), () => void rm(`${docker}.up`), new AbortController().signal);
    expect(await outcome).toEqual({
      state: "TASK_FAILED",
      message: "Docker container run error: Container exited on error: exited with status 137",
    });
    expect(await readFile(join(directory, "stderr"), "utf8")).toContain("docker: no such device.");
  });

  test("is not even asked for where Mesos does not: ports are for bridges, and only those of the offer", async () => {
    const answer = (change: (info: TaskToRun["info"]) => object) => {
      const wanted = task();
      return runner.run(
        { ...wanted, info: { ...wanted.info, ...change(wanted.info) } },
        () => {},
        AbortSignal.any([]),
      );
    };
    const failed = (why: string) => ({ state: "TASK_FAILED", message: `Docker container run error: ${why}` });
    const bridged = task().info.container?.docker;
    const port_mappings = bridged?.port_mappings ?? [];
    const container = { type: "DOCKER" as const, docker: { image: "tomcat", port_mappings } };
    expect(await answer(() => ({ container }))).toEqual(
      failed("Port mappings are only supported for bridge network"),
    );
    expect(await answer(() => ({ resources: [] }))).toEqual(failed("Port mappings require port resources"));
    const range = [{ begin: 31000, end: 31001 }];
    const ports = { name: "ports", type: "RANGES" as const, ranges: { range } };
    expect(await answer(() => ({ resources: [ports] }))).toEqual(
      failed("Port [31071] not included in resources"),
    );
    expect((await calls()).filter((call) => call.startsWith("run"))).toEqual([]);
  });

  test("of an earlier agent is removed, and no other", async () => {
    await runner.recover("S0");
    expect((await calls()).at(-1)).toBe("rm -f mesos-S0.one");
  });
});

test("without a Docker CLI there is no runner", async () => {
  const missing = dockerRunner({ docker: join(directory, "none"), pullTimeoutMs: 1, stopTimeoutMs: 0 });
  await expect(missing).rejects.toThrow(/Failed to create a containerizer/);
});
