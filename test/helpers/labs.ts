import type { Machine, ServiceName, VagrantLab } from "../../src/lab/model.ts";

const images = {
  zookeeper: "mesoscloud/zookeeper:3.4.6-ubuntu-14.04",
  "mesos-master": "mesoscloud/mesos-master:0.24.1-ubuntu-14.04",
  "mesos-slave": "mesoscloud/mesos-slave:0.24.1-ubuntu-14.04",
  marathon: "mesosphere/marathon:v0.15.0",
  bamboo: "gregory90/bamboo:0.2.11",
  "mesos-dns": "mesosphere/mesos-dns:0.5.2",
  "marathon-lb": "mesosphere/marathon-lb:v1.4.3",
  tomcat: "tomcat:8.0",
};

export function machine(name: string, ip: string, services: readonly ServiceName[]): Machine {
  return { name, ip, memory: 2048, cpus: 2, services };
}

/** The tutorial's two machines. */
export const tutorialLab: VagrantLab = {
  name: "lab",
  stack: "classic",
  runs: { kind: "vagrant", provider: "virtualbox", box: { name: "ubuntu/focal64" } },
  machines: [
    machine("master", "192.168.33.18", ["zookeeper", "mesos-master", "marathon", "bamboo"]),
    machine("slave", "192.168.33.19", ["mesos-slave"]),
  ],
  images,
  ports: {
    zookeeper: 2181,
    mesosMaster: 5050,
    mesosSlave: 5051,
    marathon: 8080,
    bamboo: 8000,
    haproxy: 80,
    dns: 53,
    mesosDns: 8123,
    marathonLb: 80,
    marathonLbAdmin: 9090,
    marathonLbApps: 9091,
    bridge: 9090,
  },
};
