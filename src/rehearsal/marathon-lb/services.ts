import * as z from "zod";

const portMapping = z.object({ servicePort: z.number().nullish() });

/** What is read of Marathon's `/v2/apps?embed=apps.tasks`. */
export const appsSchema = z.object({
  apps: z.array(
    z.object({
      id: z.string(),
      labels: z.record(z.string(), z.string()).default({}),
      ports: z.array(z.number()).nullish(),
      container: z
        .object({ docker: z.object({ portMappings: z.array(portMapping).nullish() }).nullish() })
        .nullish(),
      healthChecks: z.array(z.unknown()).default([]),
      tasks: z
        .array(
          z.object({
            id: z.string(),
            host: z.string().nullish(),
            ports: z.array(z.number()).nullish(),
            startedAt: z.string().nullish(),
            healthCheckResults: z.array(z.object({ alive: z.boolean() })).nullish(),
          }),
        )
        .default([]),
    }),
  ),
});
export type MarathonApps = z.infer<typeof appsSchema>["apps"];

export interface Server {
  readonly host: string;
  readonly port: number;
}

/** One service port of one application: a frontend, a backend, perhaps virtual hosts. */
export interface Service {
  readonly appId: string;
  /** `tomcat_10000` */
  readonly backend: string;
  readonly servicePort: number;
  readonly bind: string | undefined;
  readonly mode: "http" | "tcp";
  readonly balance: string;
  readonly vhosts: readonly string[];
  readonly path: string | undefined;
  readonly servers: readonly Server[];
}

const balances = ["roundrobin", "static-rr", "leastconn", "first", "source", "uri"];
// What goes into the configuration is of these forms and nothing else.
const hostname = /^[A-Za-z0-9.-]+$/;
const address = /^[A-Za-z0-9.:*-]+$/;

/**
 * What is to be served: the service ports of all apps in one of the groups that have a running task, by id and port.
 * `warn` is told what labels are left out, and why.
 */
export function servicesOf(
  apps: MarathonApps,
  options: {
    readonly groups: readonly string[];
    readonly healthCheck: boolean;
    /** Ports that are marathon-lb's own. */
    readonly reserved: readonly number[];
  },
  warn: (line: string) => void,
): Service[] {
  const services: Service[] = [];
  // Marathon lets no other ids through; whatever else is there must not become configuration.
  for (const app of apps.filter(({ id }) => /^\/[a-z0-9./-]+$/.test(id))) {
    const mapped = app.container?.docker?.portMappings?.map(({ servicePort }) => servicePort ?? 0);
    const ports = mapped !== undefined && mapped.length > 0 ? mapped : (app.ports ?? []);
    for (const [index, own] of ports.entries()) {
      const label = (name: string) => app.labels[`HAPROXY_${index}_${name}`];
      const groups = (label("GROUP") ?? app.labels.HAPROXY_GROUP ?? "").split(",").map((each) => each.trim());
      const asked = options.groups.includes("*") || groups.some((group) => options.groups.includes(group));
      if (!asked || label("ENABLED")?.toLowerCase() === "false") continue;
      const servers = serversOf(app, index, options.healthCheck);
      const askedPort = label("PORT");
      const servicePort = Number(askedPort ?? own);
      if (servers.length === 0) continue;
      if (!Number.isInteger(servicePort) || servicePort < 1 || servicePort > 65_535) {
        // Marathon has given none: nothing was asked for.
        if (askedPort !== undefined)
          warn(`${app.id}: the label HAPROXY_${index}_PORT is no port: ${JSON.stringify(askedPort)}`);
        continue;
      }
      const checked = <T>(name: string, isRight: (value: string) => boolean, fallback: T): string | T => {
        const value = label(name);
        if (value === undefined || isRight(value)) return value ?? fallback;
        warn(`${app.id}: the label HAPROXY_${index}_${name} is left out: ${JSON.stringify(value)}`);
        return fallback;
      };
      const isHostList = (value: string) => value.split(",").every((each) => hostname.test(each.trim()));
      const vhosts = checked("VHOST", isHostList, "");
      const mode = checked("MODE", (value) => value === "http" || value === "tcp", "tcp");
      services.push({
        appId: app.id,
        backend: `${app.id.slice(1).replaceAll("/", "_")}_${servicePort}`,
        servicePort,
        bind: checked("BIND_ADDR", (value) => address.test(value), undefined),
        // A virtual host can only be told by its HTTP requests.
        mode: vhosts !== "" || mode === "http" ? "http" : "tcp",
        balance: checked("BALANCE", (value) => balances.includes(value), "roundrobin"),
        vhosts: vhosts === "" ? [] : vhosts.split(",").map((each) => each.trim().toLowerCase()),
        path: checked("PATH", (value) => /^\/[\w./%~-]*$/.test(value), undefined),
        servers,
      });
    }
  }
  services.sort((a, b) => (a.appId === b.appId ? a.servicePort - b.servicePort : a.appId < b.appId ? -1 : 1));
  return services.filter((service, index) => {
    const { appId, servicePort } = service;
    const first = services.findIndex((other) => other.servicePort === servicePort) === index;
    const free = first && !options.reserved.includes(servicePort);
    if (!free) warn(`${appId}: service port ${servicePort} is taken`);
    return free;
  });
}

function serversOf(app: MarathonApps[number], index: number, healthCheck: boolean): Server[] {
  const servers = app.tasks.flatMap((task) => {
    const port = task.ports?.[index];
    const healthy = task.healthCheckResults?.every(({ alive }) => alive) ?? false;
    if (!task.host || !hostname.test(task.host) || !task.startedAt || port === undefined) return [];
    return healthCheck && app.healthChecks.length > 0 && !healthy ? [] : [{ host: task.host, port }];
  });
  return servers.sort((a, b) => (a.host === b.host ? a.port - b.port : a.host < b.host ? -1 : 1));
}
