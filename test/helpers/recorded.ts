/** Answers as the real services give them, with far more fields than are used; values of the tutorial's lab. */

export const masterPid = "master@192.168.33.18:5050";
export const agentId = "20151101-100000-303147200-5050-1-S0";
export const frameworkId = "20151101-100000-303147200-5050-1-0000";

const resources = { cpus: 2, mem: 1000, disk: 30000, ports: "[31000-32000]" };

export function masterState(changes: object = {}) {
  return {
    version: "0.24.1",
    git_sha: "44873806c2bb55da37e9adbece938274d8cd7c48",
    build_date: "2015-09-18",
    build_time: 1442534800,
    build_user: "root",
    start_time: 1446372000.12,
    elected_time: 1446372001.5,
    id: "20151101-100000-303147200-5050-1",
    pid: masterPid,
    hostname: "192.168.33.18",
    activated_slaves: 1,
    deactivated_slaves: 0,
    leader: masterPid,
    log_dir: "/var/log/mesos",
    flags: { quorum: "1", zk: "zk://192.168.33.18:2181/mesos" },
    slaves: [agentEntry()],
    frameworks: [frameworkEntry()],
    completed_frameworks: [],
    orphan_tasks: [],
    unregistered_frameworks: [],
    ...changes,
  };
}

/** The same since 1.x: more fields, ids as UUIDs. */
export function masterState1x(changes: object = {}) {
  return masterState({
    version: "1.11.0",
    unreachable_slaves: 0,
    leader_info: { id: "5f0c", pid: masterPid, port: 5050, hostname: "192.168.33.18" },
    domain: {},
    ...changes,
  });
}

export function agentEntry(changes: object = {}) {
  return {
    id: agentId,
    pid: "slave(1)@192.168.33.19:5051",
    hostname: "192.168.33.19",
    registered_time: 1446372003.2,
    resources,
    used_resources: { cpus: 0, mem: 0, disk: 0 },
    attributes: {},
    active: true,
    ...changes,
  };
}

export function frameworkEntry(changes: object = {}) {
  return {
    id: frameworkId,
    name: "marathon",
    pid: "scheduler-9c@192.168.33.18:41000",
    hostname: "master",
    webui_url: "http://192.168.33.18:8080",
    active: true,
    tasks: [],
    ...changes,
  };
}

export function agentState(changes: object = {}) {
  return {
    version: "0.24.1",
    id: agentId,
    pid: "slave(1)@192.168.33.19:5051",
    hostname: "192.168.33.19",
    master_hostname: "master",
    resources,
    attributes: {},
    frameworks: [],
    completed_frameworks: [],
    flags: { containerizers: "docker,mesos" },
    ...changes,
  };
}

export function marathonInfo(changes: object = {}) {
  return {
    name: "marathon",
    version: "0.15.0",
    elected: true,
    leader: "192.168.33.18:8080",
    frameworkId,
    marathon_config: { master: "zk://192.168.33.18:2181/mesos", failover_timeout: 604800 },
    zookeeper_config: { zk: "zk://192.168.33.18:2181/marathon" },
    event_subscriber: { type: "http_callback", http_endpoints: null },
    http_config: { http_port: 8080, https_port: 8443 },
    ...changes,
  };
}

/** One of the list of applications, without what it is made of. */
export function marathonApp(changes: object = {}) {
  return {
    id: "/tomcat",
    instances: 1,
    ports: [10000],
    labels: {},
    tasksRunning: 1,
    tasksStaged: 0,
    deployments: [],
    ...changes,
  };
}

export function marathonTask(changes: object = {}) {
  return {
    id: "tomcat.6f3c",
    appId: "/tomcat",
    host: "192.168.33.19",
    ports: [31071],
    servicePorts: [10000],
    ipAddresses: [],
    stagedAt: "2015-11-01T10:01:00.000Z",
    startedAt: "2015-11-01T10:01:05.000Z",
    version: "2015-11-01T10:00:59.000Z",
    slaveId: agentId,
    ...changes,
  };
}

export const srvrText = (mode: string) =>
  `Zookeeper version: 3.4.6-1569965, built on 02/20/2014 09:09 GMT\nLatency min/avg/max: 0/1/23\nReceived: 120\nSent: 119\nConnections: 4\nOutstanding: 0\nZxid: 0x2f\nMode: ${mode}\nNode count: 21\n`;

const statsHeader =
  "# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,";
const statsRow = (proxy: string, server: string, status: string) =>
  `${proxy},${server},0,0,0,1,,5,100,200,0,0,,0,0,0,0,${status},1,1,0,,`;

/** HAProxy 1.5's page: no column for addresses. Each entry is `[proxy, server, status]`. */
export function statsCsv(rows: readonly (readonly [string, string, string])[] = []): string {
  const all: (readonly [string, string, string])[] = [["http-in", "FRONTEND", "OPEN"], ...rows];
  return [statsHeader, ...all.map((row) => statsRow(...row)), ""].join("\n");
}

export const tomcatRows = (port: number, status = "no check"): [string, string, string][] => [
  ["::tomcat-cluster", `::tomcat-192.168.33.19-${port}`, status],
  ["::tomcat-cluster", "BACKEND", "UP"],
];
