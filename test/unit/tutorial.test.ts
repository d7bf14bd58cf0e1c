import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { imagesOf } from "../../src/lab/catalogue/index.ts";
import type { Lab } from "../../src/lab/model.ts";
import { renderLab } from "../../src/render/lab.ts";
import { readTemplates } from "../../src/tools/files.ts";
import { tutorialLab } from "../helpers/described-labs.ts";
import { type DockerRun, tutorialCommands } from "../helpers/docker-run.ts";

const services = ["zookeeper", "mesos-master", "mesos-slave", "marathon", "bamboo"] as const;

/** The arguments of the one docker_container task of a service. */
function renderedContainer(lab: Lab, service: string): Record<string, unknown> {
  const file = renderLab(lab, readTemplates()).find(({ path }) => path === `tasks/${service}.yml`);
  const tasks = parse(file?.contents ?? "[]", { version: "1.1" }) as Record<string, object>[];
  const task = tasks.find((each) => "community.docker.docker_container" in each);
  return task?.["community.docker.docker_container"] as Record<string, unknown>;
}

describe.each(["classic", "rehearsal"] as const)("the %s stack's playbooks", (stack) => {
  const commands = tutorialCommands();

  it.each(services.map((service, index) => [service, commands[index] as DockerRun] as const))(
    "run %s with every flag of the tutorial's command",
    (service, command) => {
      const container = renderedContainer(tutorialLab(stack), service);
      expect(container).toMatchObject({
        name: command.name,
        image: stack === "classic" ? command.image : imagesOf("rehearsal", false)[service],
        env: command.env,
        ...(command.network && { network_mode: command.network }),
        ...(command.pid && { pid_mode: command.pid }),
        ...(command.privileged && { privileged: true }),
        ...(command.ports.length > 0 && { published_ports: command.ports }),
      });
      // Additions come after what the tutorial has, so that its part reads as it was.
      expect((container.volumes as string[] | undefined)?.slice(0, command.volumes.length) ?? []).toEqual(
        command.volumes,
      );
      expect((container.command as string[] | undefined)?.slice(0, command.args.length) ?? []).toEqual(
        command.args,
      );
      if (command.network === "") expect(container).not.toHaveProperty("network_mode");
      if (!command.privileged) expect(container).not.toHaveProperty("privileged");
    },
  );

  it("are the same but for image names, and what the real Bamboo has to wait for", () => {
    const names = new Map(
      Object.entries(imagesOf("classic", false)).map(([service, image]) => [
        image,
        imagesOf("rehearsal", false)[service as "zookeeper"],
      ]),
    );
    const texts = (lab: Lab) =>
      renderLab(lab, readTemplates())
        .filter(({ path }) => services.some((service) => path === `tasks/${service}.yml`))
        .map(({ contents }) => contents.replace(/^# Bamboo asks Marathon [\s\S]*?\n\n/m, ""));
    const translated = texts(tutorialLab("classic")).map((text) =>
      [...names].reduce((all, [classic, rehearsal]) => all.replaceAll(classic, rehearsal), text),
    );
    expect(translated).toEqual(texts(tutorialLab("rehearsal")));
  });
});

describe("other addresses than the tutorial's", () => {
  it("replace every occurrence", () => {
    const rendered = (masterIp: string, slaveIp: string) =>
      renderLab({ ...tutorialLab(), machines: machines(masterIp, slaveIp) }, readTemplates())
        .map(({ path, contents }) => `${path}\n${contents}`)
        .join("\n");
    const moved = rendered("10.9.8.7", "10.9.8.6");
    expect(moved).not.toContain("192.168.33.");
    const back = moved.replaceAll("10.9.8.7", "192.168.33.18").replaceAll("10.9.8.6", "192.168.33.19");
    expect(back).toBe(rendered("192.168.33.18", "192.168.33.19"));
  });

  function machines(masterIp: string, slaveIp: string) {
    return tutorialLab().machines.map((machine) => ({
      ...machine,
      ip: machine.name === "master" ? masterIp : slaveIp,
    }));
  }
});
