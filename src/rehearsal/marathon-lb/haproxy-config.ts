import type { Service } from "./services.ts";

/** Where HAProxy listens. */
export interface Binding {
  /** The address of everything; from `*`, all addresses, labels and templates choose others. */
  readonly address: string;
  readonly admin: number;
  readonly apps: number;
  /** The virtual hosts; undefined for none. */
  readonly vhosts: number | undefined;
  /** `host:port` of what answers about HAProxy itself. */
  readonly self: string;
  /** Sections that take the place of the built-in heads of these frontends. */
  readonly heads: { readonly vhosts?: string; readonly apps?: string };
}

/** HAProxy's whole configuration. */
export function haproxyConfig(services: readonly Service[], binding: Binding): string {
  const { address, vhosts, heads } = binding;
  const http = services.filter(({ mode }) => mode === "http");
  const vhostHead = heads.vhosts ?? `frontend marathon_http_in\n  bind ${address}:${vhosts}\n  mode http`;
  const appsHead =
    heads.apps ?? `frontend marathon_http_appid_in\n  bind ${address}:${binding.apps}\n  mode http`;
  const sections = [
    "# mesos-lab rehearsal of marathon-lb: written anew at every change",
    global,
    admin(binding),
    ...(vhosts === undefined
      ? []
      : [withRoutes(vhostHead, http.toSorted(longPathFirst).flatMap(vhostRoutes))]),
    withRoutes(appsHead, oneForEachApp(http).flatMap(appRoute)),
    ...services.map((service) => frontend(service, address)),
    ...services.map(backend),
  ];
  return `${sections.map((section) => section.trim()).join("\n\n")}\n`;
}

// Old processes end at the latest after this time, however long a client keeps its connection.
const global = `global
  hard-stop-after 30s

defaults
  retries 3
  timeout connect 3s
  timeout client 30s
  timeout server 30s
  timeout http-request 15s
  timeout queue 30s
  option redispatch
  option dontlognull`;

function admin({ address, admin: port, self }: Binding): string {
  return `listen stats
  bind ${address}:${port}
  mode http
  stats enable
  stats uri /haproxy?stats
  monitor-uri /_haproxy_health_check
  use_backend about_itself if { path_beg /_haproxy_get }

backend about_itself
  mode http
  server itself ${self}`;
}

function withRoutes(head: string, routes: readonly string[]): string {
  return [head.trimEnd(), ...routes.map((route) => `  ${route}`)].join("\n");
}

/** A rule for one path of a host must be tried before the one for all of it. */
function longPathFirst(a: Service, b: Service): number {
  return (b.path?.length ?? 0) - (a.path?.length ?? 0);
}

function vhostRoutes({ vhosts, path, backend: name }: Service): string[] {
  return vhosts.flatMap((host) => {
    const acl = `host_${plain(host)}`;
    const rules = [`acl ${acl} hdr(host),lower,field(1,:) -m str ${host}`];
    if (path === undefined) return [...rules, `use_backend ${name} if ${acl}`];
    return [...rules, `acl path_${name} path_beg ${path}`, `use_backend ${name} if ${acl} path_${name}`];
  });
}

function oneForEachApp(services: readonly Service[]): readonly Service[] {
  return services.filter(
    ({ appId }, index) => services.findIndex((other) => other.appId === appId) === index,
  );
}

function appRoute({ appId, backend: name }: Service): string[] {
  const acl = `app_${plain(appId)}`;
  return [`acl ${acl} hdr(x-marathon-app-id) -i ${appId}`, `use_backend ${name} if ${acl}`];
}

function frontend({ backend: name, bind, servicePort, mode }: Service, address: string): string {
  // A label does not lead beyond the one address that HAProxy was given.
  return `frontend ${name}
  bind ${address === "*" ? (bind ?? address) : address}:${servicePort}
  mode ${mode}
  use_backend ${name}`;
}

function backend({ backend: name, mode, balance, servers }: Service): string {
  return [
    `backend ${name}`,
    `  balance ${balance}`,
    `  mode ${mode}`,
    ...(mode === "http"
      ? ["  option forwardfor", "  http-request set-header X-Forwarded-Port %[dst_port]"]
      : []),
    ...servers.map(({ host, port }) => `  server ${plain(`${host}_${port}`)} ${host}:${port}`),
  ].join("\n");
}

function plain(text: string): string {
  return text.replaceAll(/[^a-zA-Z0-9-]/g, "_");
}
