import { describe, expect, it } from "vitest";
import { effective } from "../../../../src/lab/catalogue/container.ts";
import { catalogue } from "../../../../src/lab/catalogue/index.ts";
import type { Lab, ServiceName } from "../../../../src/lab/model.ts";
import { classroomLab, labFrom, tutorialLab } from "../../../helpers/described-labs.ts";

function containers(lab: Lab, service: ServiceName) {
  return catalogue(lab)
    .filter((entry) => entry.service === service)
    .map(effective);
}

const withImage = (service: ServiceName, image: string) => labFrom(`images: { ${service}: "${image}" }`);

describe("images in place of the tutorial's", () => {
  it.each(["mesos-master", "mesos-slave"] as const)(
    "%s gets what only mesoscloud's image has inside",
    (service) => {
      const [own] = containers(tutorialLab(), service);
      const [other] = containers(
        withImage(service, "mesosphere/mesos-master:0.28.0-2.0.16.ubuntu1404"),
        service,
      );
      const [rehearsal] = containers(tutorialLab("rehearsal"), service);
      expect(own?.env).not.toHaveProperty("MESOS_WORK_DIR");
      expect(rehearsal?.env).not.toHaveProperty("MESOS_WORK_DIR");
      expect(other?.env).toMatchObject({ ...own?.env, MESOS_WORK_DIR: "/tmp/mesos" });
    },
  );

  it.each(["zookeeper:3.8", "library/zookeeper", `docker.io/library/zookeeper@sha256:${"0".repeat(64)}`])(
    "%s gets the official image's variables and data folder",
    (image) => {
      const [zookeeper] = containers(withImage("zookeeper", image), "zookeeper");
      expect(zookeeper?.env).toMatchObject({ ZOO_MY_ID: "1", ZOO_ADMINSERVER_ENABLED: "false" });
      expect(zookeeper?.env).not.toHaveProperty("ZOO_SERVERS");
      expect(zookeeper?.volumes).toEqual(["zk-data:/data"]);
    },
  );

  it("an ensemble of it knows its members, in the order of their numbers", () => {
    const lab = { ...classroomLab, images: { ...classroomLab.images, zookeeper: "zookeeper:3.8" } };
    expect(containers(lab, "zookeeper").map(({ env }) => [env?.ZOO_MY_ID, env?.ZOO_SERVERS])).toEqual(
      ["1", "2", "3"].map((id) => [
        id,
        "server.1=10.1.2.11:2888:3888;2181 server.2=10.1.2.12:2888:3888;2181 server.3=10.1.2.13:2888:3888;2181",
      ]),
    );
  });

  it("somebody's own zookeeper is left as it is", () => {
    const [zookeeper] = containers(withImage("zookeeper", "acme/zookeeper:1"), "zookeeper");
    expect(zookeeper?.volumes).toEqual(["zk-data:/tmp/zookeeper"]);
  });
});
