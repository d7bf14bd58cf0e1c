import { masterStateUrl } from "../../lab/catalogue/addresses.ts";
import { pages } from "../../lab/catalogue/index.ts";
import { demoAcl, narrowAcl, tomcatApp } from "../../lab/demo.ts";
import { type Lab, machinesWith, portsOf } from "../../lab/model.ts";
import { hasPlaybooks, hasZookeeper } from "../../lab/runs.ts";

/** Of Debian's package, as the server that an embedded lab runs. */
const zookeeperShell = "/usr/share/zookeeper/bin/zkCli.sh";

/** A lab as the lesson speaks of it: addresses without a slash at their end. */
export interface Place {
  readonly lab: Lab;
  /** Whether there are machines to log in to. */
  readonly machines: boolean;
  /** The command of ZooKeeper's own shell; absent where the lab has no ZooKeeper. */
  readonly zookeeper?: string;
  /** `ip port` */
  readonly zookeeperAt: string;
  readonly mesos: string;
  /** The URL of its state. */
  readonly mesosState: string;
  readonly marathon: string;
  /** Both absent in a lab without Bamboo. */
  readonly bamboo?: string;
  readonly haproxy?: string;
  readonly slave: string;
  /** The tutorial's app as JSON. */
  readonly app: string;
  readonly acl: string;
  readonly narrowAcl: string;
}

export function placeOf(lab: Lab): Place {
  const url = (title: string) =>
    pages(lab)
      .find((page) => page.title === title)
      ?.url.replace(/\/$/, "");
  const [bamboo, haproxy] = [url("Bamboo"), url("HAProxy")];
  return {
    lab,
    machines: hasPlaybooks(lab),
    ...zookeeperOf(lab),
    mesos: url("Mesos") ?? new URL(masterStateUrl(lab)).origin,
    mesosState: masterStateUrl(lab),
    marathon: url("Marathon") ?? "",
    ...(bamboo !== undefined && haproxy !== undefined && { bamboo, haproxy }),
    slave: machinesWith(lab, "mesos-slave")[0]?.name ?? "slave",
    app: JSON.stringify(tomcatApp(lab)),
    acl: demoAcl,
    narrowAcl: narrowAcl(lab),
  };
}

function zookeeperOf(lab: Lab): Pick<Place, "zookeeper" | "zookeeperAt"> {
  const [machine] = machinesWith(lab, "zookeeper");
  if (machine === undefined || !hasZookeeper(lab)) return { zookeeperAt: "" };
  const port = portsOf(lab, machine).zookeeper;
  return {
    zookeeper: hasPlaybooks(lab)
      ? `npx mesos-lab ssh ${machine.name} -- sudo docker exec zk zkCli.sh -server 127.0.0.1:${port} ls /`
      : `${zookeeperShell} -server ${machine.ip}:${port} ls /`,
    zookeeperAt: `${machine.ip} ${port}`,
  };
}
