import type { ImageName, StackName } from "../model.ts";

/** The image of every service in each stack. */
export const images: Readonly<Record<StackName, Readonly<Record<ImageName, string>>>> = {
  classic: {
    zookeeper: "mesoscloud/zookeeper:3.4.6-ubuntu-14.04",
    "mesos-master": "mesoscloud/mesos-master:0.24.1-ubuntu-14.04",
    "mesos-slave": "mesoscloud/mesos-slave:0.24.1-ubuntu-14.04",
    marathon: "mesosphere/marathon:v0.15.0",
    bamboo: "gregory90/bamboo:0.2.11",
    // Reads ZooKeeper as Mesos 0.24 writes it (0.2.0 and later), and /master/state.json, which 0.7 no longer does.
    "mesos-dns": "mesosphere/mesos-dns:0.5.2",
    "marathon-lb": "mesosphere/marathon-lb:v1.4.3",
    // The tutorial says `tomcat`, but since December 2019 that image answers 404 on `/`
    // (docker-library/tomcat#181). 8.0 is frozen and still has the welcome page.
    tomcat: "tomcat:8.0",
  },
  rehearsal: {
    zookeeper: "mesos-lab/zookeeper:rehearsal",
    "mesos-master": "mesos-lab/mesos-master:rehearsal",
    "mesos-slave": "mesos-lab/mesos-slave:rehearsal",
    marathon: "mesos-lab/marathon:rehearsal",
    bamboo: "mesos-lab/bamboo:rehearsal",
    "mesos-dns": "mesos-lab/mesos-dns:rehearsal",
    "marathon-lb": "mesos-lab/marathon-lb:rehearsal",
    tomcat: "mesos-lab/tomcat:rehearsal",
  },
};
