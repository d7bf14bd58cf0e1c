import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { createProxyServer } from "httpxy";
import { LabError } from "../../errors.ts";
import { type Matcher, parseAcl } from "./acl.ts";
import type { BambooApp, Routing } from "./model.ts";
import type { TrafficProxy } from "./proxy.ts";

export interface BuiltInProxyOptions {
  readonly host: string;
  readonly port: number;
  readonly log: (line: string) => void;
}

interface Backend {
  readonly name: string;
  readonly target: string;
  active: number;
}

interface Route {
  readonly backend: string;
  readonly matches: Matcher;
  readonly servers: readonly Backend[];
}

/**
 * Carries the traffic where the host has no HAProxy: by the same rules, as far as it understands them. Answers as
 * HAProxy does: 503 where no rule fits or the task is not there; its statistics name the servers and count nothing.
 */
export class BuiltInProxy implements TrafficProxy {
  private readonly options: BuiltInProxyOptions;
  private readonly forward = createProxyServer({ xfwd: true, proxyTimeout: 50_000 });
  private routes: readonly Route[] = [];
  private server: Server | undefined;

  constructor(options: BuiltInProxyOptions) {
    this.options = options;
  }

  async check(routing: Routing): Promise<void> {
    routesOf(routing);
  }

  async apply(routing: Routing): Promise<void> {
    const before = new Map(
      this.routes.flatMap(({ servers }) => servers.map((one) => [one.name, one] as const)),
    );
    this.routes = routesOf(routing, before);
    for (const app of routing.apps) {
      if (app.Env?.BAMBOO_TCP_PORT !== undefined)
        this.options.log(`${app.Id}: BAMBOO_TCP_PORT is not served by the built-in proxy`);
    }
    this.server ??= await this.listen();
  }

  async close(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  private async listen(): Promise<Server> {
    const { host, port } = this.options;
    const server = createServer((request, response) => void this.answer(request, response));
    server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const target = this.choose(request)?.target;
      if (target === undefined) socket.end("HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n");
      else this.forward.ws(request, socket, { target }, head).catch(() => socket.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause) =>
        reject(
          new LabError("cannot-listen", `cannot listen on ${host}:${port}: ${cause.message}`, {
            cause,
          }),
        ),
      );
      server.listen(port, host, resolve);
    });
    return server;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (pathOf(request).startsWith("/haproxy_stats")) return this.statistics(request, response);
    const server = this.choose(request);
    if (server === undefined) return unavailable(response);
    server.active += 1;
    response.once("close", () => {
      server.active -= 1;
    });
    try {
      await this.forward.web(request, response, { target: server.target });
    } catch {
      if (response.headersSent) response.destroy();
      else unavailable(response);
    }
  }

  /** The first rule that fits, and of its servers one with the fewest requests under way. */
  private choose(request: IncomingMessage): Backend | undefined {
    const facts = { method: request.method ?? "GET", path: pathOf(request), headers: request.headers };
    const servers = this.routes.find(({ matches }) => matches(facts))?.servers ?? [];
    return servers.toSorted((a, b) => a.active - b.active)[0];
  }

  private statistics(request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.authorization !== `Basic ${btoa("admin:admin")}`) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="mesos-lab built-in proxy"' });
      response.end("401 Unauthorized\n");
      return;
    }
    const rows = [
      ["http-in", "FRONTEND", "OPEN"],
      ...this.routes.flatMap(({ backend, servers }) => [
        ...servers.map(({ name }) => [backend, name, "no check"]),
        [backend, "BACKEND", "UP"],
      ]),
    ];
    response.setHeader("content-type", "text/plain; charset=utf-8");
    response.end(`# pxname,svname,status\n${rows.map((row) => row.join(",")).join("\n")}\n`);
  }
}

function routesOf(routing: Routing, before: ReadonlyMap<string, Backend> = new Map()): Route[] {
  return routing.apps
    .filter((app) => app.Tasks.length > 0)
    .map((app) => ({
      backend: `${app.EscapedId}-cluster`,
      matches: matcher(app, routing),
      servers: app.Tasks.map(({ Host, Port }) => {
        const name = `${app.EscapedId}-${Host}-${Port}`;
        return before.get(name) ?? { name, target: `http://${Host}:${Port}`, active: 0 };
      }),
    }));
}

function matcher(app: BambooApp, { services }: Routing): Matcher {
  try {
    return parseAcl(services[app.Id]?.Acl ?? `path_beg -i ${app.Id}`);
  } catch (cause) {
    throw new LabError("stand-in-failed", (cause as Error).message, { cause });
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").replace(/\?.*$/s, "");
}

function unavailable(response: ServerResponse): void {
  response.writeHead(503, { "content-type": "text/html", "cache-control": "no-cache", connection: "close" });
  response.end(
    "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n",
  );
}
