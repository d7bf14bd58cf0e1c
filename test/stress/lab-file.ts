import { randomInt } from "node:crypto";

/** An embedded lab of two machines, at addresses of its own. */
export function labFile(more = ""): string {
  const network = `127.${randomInt(1, 250)}.${randomInt(250)}`;
  return `runsOn: embedded
machines:
  - {name: master, ip: ${network}.18, services: [zookeeper, mesos-master, marathon, bamboo]}
  - {name: slave, ip: ${network}.19, services: [mesos-slave]}
${more}`;
}
