import type { BambooApp, Routing, Services } from "./model.ts";

export interface HaproxyConfigOptions {
  /** What the frontend binds to: `*:80`. */
  readonly bind: string;
}

/**
 * The configuration of HAProxy: one frontend, per app (in the order given) an ACL and a backend. Apps without a task
 * are left out: without a backend their requests are answered 503.
 */
export function haproxyConfig(
  apps: Routing["apps"],
  services: Services,
  options: HaproxyConfigOptions,
): string {
  const routed = apps.filter((app) => app.Tasks.length > 0);
  const sections = [
    global,
    defaults,
    [`frontend http-in`, `bind ${options.bind}`, ...routed.flatMap((app) => routes(app, services)), ...stats],
    ...routed.flatMap((app) => tcpListener(app, options.bind)),
    ...routed.map((app) => backend(app)),
  ];
  const text = sections.map(([head, ...lines]) => [head, ...lines.map((line) => `    ${line}`)].join("\n"));
  return `# mesos-lab rehearsal of Bamboo: written anew at every change\n${text.join("\n\n")}\n`;
}

// Old processes end at the latest after this time, however long a client keeps its connection.
const global = ["global", "hard-stop-after 30s"];

const defaults = [
  "defaults",
  "mode http",
  "timeout connect 5s",
  "timeout client 50s",
  "timeout server 50s",
  "option dontlognull",
];

const stats = ["stats enable", "stats uri /haproxy_stats", "stats auth admin:admin"];

function routes(app: BambooApp, services: Services): string[] {
  const rule = services[app.Id]?.Acl ?? `path_beg -i ${app.Id}`;
  return [
    `acl ${app.EscapedId}-aclrule ${rule}`,
    `use_backend ${app.EscapedId}-cluster if ${app.EscapedId}-aclrule`,
  ];
}

function backend(app: BambooApp): string[] {
  return [
    `backend ${app.EscapedId}-cluster`,
    "balance leastconn",
    "option httpclose",
    "option forwardfor",
    ...(app.HealthCheckPath === "" ? [] : [`option httpchk GET ${word(app.HealthCheckPath)}`]),
    ...servers(app),
  ];
}

/** At the address of the frontend: an application must not open a port that the lab itself would not. */
function tcpListener(app: BambooApp, bind: string): string[][] {
  const port = app.Env?.BAMBOO_TCP_PORT;
  if (port === undefined || !/^\d{1,5}$/.test(port)) return [];
  const host = bind.slice(0, bind.lastIndexOf(":"));
  return [
    [
      `listen ${app.EscapedId}-cluster-tcp`,
      `bind ${host}:${port}`,
      "mode tcp",
      "balance roundrobin",
      ...servers(app),
    ],
  ];
}

function servers(app: BambooApp): string[] {
  const check = app.HealthCheckPath === "" ? "" : " check inter 30000";
  return app.Tasks.map(({ Host, Port }) => `server ${app.EscapedId}-${Host}-${Port} ${Host}:${Port}${check}`);
}

/** As one word of the configuration, whatever is in it. */
function word(text: string): string {
  return text.replaceAll(/[^\w/.?=&%~+,:@-]/g, (character) => encodeURIComponent(character));
}

/** What makes a rule unfit to be written into the configuration at all, or undefined. */
export function aclProblem(acl: string): string | undefined {
  if (acl.trim() === "") return "the ACL is empty";
  // A line break would let a rule add lines of its own.
  const control = [...acl].some((character) => character < " " || character === "\u007f");
  if (control) return "the ACL contains a line break or another control character";
  // `-f` and `-M` read files of the machine that HAProxy runs on.
  const file = acl.split(/\s+/).find((word) => /^-[fM]/.test(word.replaceAll(/["'\\]/g, "")));
  return file === undefined ? undefined : `the ACL would read a file (${file})`;
}
