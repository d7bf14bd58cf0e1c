/** A program: plays the services of the tutorial's lab on their real addresses, so inside a network of its own only. */
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import {
  agentState,
  marathonApp,
  marathonInfo,
  marathonTask,
  masterState,
  srvrText,
  statsCsv,
  tomcatRows,
} from "./recorded.ts";

const master = "192.168.33.18";
const slave = "192.168.33.19";
type Page = string | readonly [status: number, body: string];
const callback = `http://${master}:8000/api/marathon/event_callback`;
const pages: readonly [host: string, port: number, Readonly<Record<string, Page>>][] = [
  [master, 5050, { "/state.json": JSON.stringify(masterState()) }],
  [slave, 5051, { "/state.json": JSON.stringify(agentState()) }],
  [
    master,
    8080,
    {
      "/v2/info": JSON.stringify(marathonInfo()),
      "/v2/tasks": JSON.stringify({ tasks: [marathonTask()] }),
      "/v2/apps": JSON.stringify({ apps: [marathonApp()] }),
      "/v2/eventSubscriptions": JSON.stringify({ callbackUrls: [callback] }),
    },
  ],
  [master, 8000, { "/status": "OK", "/api/state": '{"Apps":[{"Id":"/tomcat"}],"Services":{}}' }],
  [master, 80, { "/": [503, "Service Unavailable"], "/haproxy_stats;csv": statsCsv(tomcatRows(31071)) }],
];

const open = async (server: Server, host: string, port: number) => {
  server.listen(port, host);
  await once(server, "listening");
};

for (const [host, port, paths] of pages) {
  const server = createHttpServer((request, response) => {
    const page = paths[request.url ?? ""] ?? [404, "Not Found"];
    const [status, body] = typeof page === "string" ? [200, page] : page;
    response.writeHead(status).end(body);
  });
  await open(server, host, port);
}
const zookeeper = createServer((socket) => {
  socket.on("error", () => undefined);
  socket.once("data", () => socket.end(srvrText("standalone")));
});
await open(zookeeper, master, 2181);
for (const host of [master, slave]) {
  const ssh = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write("SSH-2.0-OpenSSH_8.2p1 Ubuntu-4\r\n");
  });
  await open(ssh, host, 22);
}
console.log("ready");
process.stdin.resume();
process.stdin.once("end", () => process.exit(0));
