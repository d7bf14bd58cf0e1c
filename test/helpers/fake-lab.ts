import type { CoreServiceName, Lab } from "../../src/lab/model.ts";
import type { AddressOf } from "../../src/probes/context.ts";
import { tutorialLab } from "./labs.ts";
import { type LocalServer, serveHttp, serveTcp } from "./local-servers.ts";
import {
  agentEntry,
  agentState,
  marathonApp,
  marathonInfo,
  marathonTask,
  masterState,
  srvrText,
  statsCsv,
  tomcatRows,
} from "./recorded.ts";

/** What a path answers: a body with status 200, or a status with a body. Tests replace entries as the lab changes. */
export type Pages = Record<string, string | readonly [status: number, body: string]>;

export interface FakeLab {
  readonly lab: Lab;
  readonly addressOf: AddressOf;
  readonly pages: Record<Exclude<CoreServiceName, "zookeeper"> | "bamboo" | "haproxy", Pages>;
  /** What ZooKeeper says to `srvr`. */
  zookeeper: string;
  /** How often each URL was asked. */
  readonly asked: Map<string, number>;
}

const ips = { master: "127.0.33.18", slave: "127.0.33.19" };

/** The tutorial's lab as servers on loopback, with a tomcat, in perfect health. */
export async function startFakeLab(): Promise<FakeLab> {
  const asked = new Map<string, number>();
  const pages = healthyPages();
  const serve = (name: keyof typeof pages, host: string): Promise<LocalServer> =>
    serveHttp((request, response) => {
      const key = `${name} ${request.url}`;
      asked.set(key, (asked.get(key) ?? 0) + 1);
      const page = pages[name][request.url ?? ""] ?? [404, "Not Found"];
      const [status, body] = typeof page === "string" ? [200, page] : page;
      response.writeHead(status).end(body);
    }, host);
  const [mesosMaster, mesosSlave, marathon, bamboo, haproxy] = await Promise.all([
    serve("mesos-master", ips.master),
    serve("mesos-slave", ips.slave),
    serve("marathon", ips.master),
    serve("bamboo", ips.master),
    serve("haproxy", ips.master),
  ]);
  const ports = {
    ...tutorialLab.ports,
    mesosMaster: mesosMaster.port,
    mesosSlave: mesosSlave.port,
    marathon: marathon.port,
    bamboo: bamboo.port,
    haproxy: haproxy.port,
  };
  const pid = `master@${ips.master}:${ports.mesosMaster}`;
  const slaves = [agentEntry({ hostname: ips.slave })];
  pages["mesos-master"]["/state.json"] = JSON.stringify(masterState({ pid, leader: pid, slaves }));
  const callback = `http://${ips.master}:${ports.bamboo}/api/marathon/event_callback`;
  pages.marathon["/v2/eventSubscriptions"] = JSON.stringify({ callbackUrls: [callback] });
  const fake = { zookeeper: srvrText("standalone") };
  const zookeeper = await serveTcp(
    (socket) => socket.once("data", () => socket.end(fake.zookeeper)),
    ips.master,
  );
  const addressOf: AddressOf = (machine, port) => ({
    host: machine.ip,
    port: port === tutorialLab.ports.zookeeper ? zookeeper.port : port,
  });
  const machines = tutorialLab.machines.map((machine) => ({
    ...machine,
    ip: machine.name === "master" ? ips.master : ips.slave,
  }));
  return Object.assign(fake, { lab: { ...tutorialLab, machines, ports }, addressOf, pages, asked });
}

function healthyPages(): FakeLab["pages"] {
  return {
    "mesos-master": {},
    "mesos-slave": { "/state.json": JSON.stringify(agentState({ hostname: ips.slave })) },
    marathon: {
      "/v2/info": JSON.stringify(marathonInfo()),
      "/v2/tasks": JSON.stringify({ tasks: [marathonTask()] }),
      "/v2/apps": JSON.stringify({ apps: [marathonApp()] }),
    },
    bamboo: { "/status": "OK", "/api/state": '{"Apps":[{"Id":"/tomcat"}],"Services":{}}' },
    haproxy: { "/": [503, "Service Unavailable"], "/haproxy_stats;csv": statsCsv(tomcatRows(31071)) },
  };
}
