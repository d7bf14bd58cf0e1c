import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DockerEngine, noDockerEngine } from "../../helpers/docker-engine.ts";
import { embeddedLab } from "../../helpers/embedded-lab.ts";
import { eventually } from "../../helpers/eventually.ts";

const image = "only-usr:1";
/** Needs nothing of its image: Node and its libraries are this host's. */
const app = {
  id: "container",
  ...{ cpus: 0.1, mem: 64, instances: 1 },
  cmd: `exec ${process.execPath} -e 'require("http").createServer((q, r) => r.end("from " + process.env.HOST)).listen(80)'`,
  container: {
    type: "DOCKER",
    volumes: [{ containerPath: "/usr", hostPath: "/usr", mode: "RO" }],
    docker: { image, network: "BRIDGE", portMappings: [{ containerPort: 80, hostPort: 0, protocol: "tcp" }] },
  },
};

describe.skipIf(noDockerEngine !== undefined)(
  `a Docker engine (${noDockerEngine ?? "can be started"})`,
  () => {
    const lab = embeddedLab();
    let engine: DockerEngine | undefined;
    const docker = (...args: string[]) => engine?.docker(...args) ?? "";
    const containers = () => docker("ps", "--all", "--format", "{{.Names}}").split("\n").filter(Boolean);
    const curl = (...args: string[]) => {
      const [file = "", ...words] = [...(engine?.enter ?? []), "curl", "-fsS", "--max-time", "5", ...args];
      return execFileSync(file, words, { encoding: "utf8", stdio: "pipe" });
    };
    const marathon = `http://${lab.master}:8080`;
    const page = () => {
      const { tasks } = JSON.parse(curl("-H", "Accept: application/json", `${marathon}/v2/tasks`));
      return curl(`http://${tasks[0].host}:${tasks[0].ports[0]}/`);
    };

    beforeAll(async () => {
      engine = await DockerEngine.start();
      engine.makeImage(image);
      Object.assign(lab.env, engine.env);
      lab.enter.push(...engine.enter);
      expect(await lab.run("create")).toMatchObject({ exitCode: 0 });
      curl("-H", "Content-Type: application/json", `${marathon}/v2/apps`, "-d", JSON.stringify(app));
    });
    afterAll(async () => {
      await lab.remove();
      await engine?.close();
    });

    test("runs a task with an image, its port on the slave's address only", async () => {
      await eventually(() => expect(page()).toBe(`from ${lab.slave}`));
      const [name = ""] = containers();
      expect(docker("port", name)).toMatch(
        new RegExp(`^80/tcp -> ${lab.slave.replaceAll(".", "\\.")}:\\d+$`),
      );
      const labels = JSON.parse(docker("inspect", "--format", "{{json .Config.Labels}}", name));
      expect(labels).toMatchObject({ MESOS_LAB_FOLDER: expect.stringContaining(lab.folder) });
      expect(labels.MESOS_TASK_ID).toMatch(/^container\./);
    });

    test("an agent that was killed clears away what it left, and the task runs anew", async () => {
      const before = containers();
      process.kill(lab.state().services["mesos-slave@slave"]?.process?.pid ?? 0, "SIGKILL");
      await eventually(() => {
        expect(containers()).toHaveLength(1);
        expect(containers()).not.toEqual(before);
        expect(page()).toBe(`from ${lab.slave}`);
      });
    });

    test("destroy removes what a killed lab left", async () => {
      const { launcher, services } = lab.state();
      process.kill(launcher.pid, "SIGKILL");
      process.kill(services["mesos-slave@slave"]?.process?.pid ?? 0, "SIGKILL");
      expect(containers()).toHaveLength(1);
      expect(await lab.run("destroy")).toMatchObject({ exitCode: 0 });
      expect(containers()).toEqual([]);
    });
  },
);
