import { ask, describeAnswer, naming } from "./answer.ts";
import type { ProbeContext } from "./context.ts";
import { parseCsv } from "./csv.ts";
import type { HttpAnswer } from "./http.ts";
import { ProbeError } from "./probe-error.ts";

/** Set in Bamboo's template and by the bridge, and only read here. */
export const statsLogin = { user: "admin", password: "admin" } as const;

export interface BackendServer {
  readonly name: string;
  /** `UP`, `DOWN`, `MAINT`, or `no check` for a server that is not checked. */
  readonly status: string;
}

/** What HAProxy really routes: its statistics page. */
export interface HaproxyStats {
  readonly frontends: readonly string[];
  readonly backends: readonly { readonly name: string; readonly servers: readonly BackendServer[] }[];
}

/** Asks for `/`: any HTTP answer is one, 503 that of an HAProxy without a rule that fits. */
export function askFrontPage(context: ProbeContext, origin: string): Promise<HttpAnswer> {
  return ask(context, `${origin}/`);
}

/** Asks for the statistics page. @throws ProbeError when it is not HAProxy's. */
export async function askStats(
  context: ProbeContext,
  origin: string,
  path = "/haproxy_stats;csv",
): Promise<HaproxyStats> {
  const url = `${origin}${path}`;
  const answer = await ask(context, url, { basicAuth: statsLogin });
  return naming(url, async () => {
    if (answer.status !== 200) throw new ProbeError(describeAnswer(answer));
    return parseStats(answer.text);
  });
}

/** Reads the statistics page's CSV. @throws ProbeError when it is not one. */
export function parseStats(csv: string): HaproxyStats {
  const [header = [], ...rows] = parseCsv(csv);
  const column = (name: string) => {
    const index = header.findIndex((title) => title.replace(/^# /, "") === name);
    if (index < 0) throw new ProbeError(`not HAProxy's statistics: no column ${name}`);
    return (row: readonly string[]) => row[index] ?? "";
  };
  const [proxy, server, status] = [column("pxname"), column("svname"), column("status")];
  const backends = new Map<string, BackendServer[]>();
  const frontends: string[] = [];
  const serversOf = (name: string) => {
    const servers = backends.get(name) ?? [];
    backends.set(name, servers);
    return servers;
  };
  for (const row of rows) {
    if (server(row) === "FRONTEND") frontends.push(proxy(row));
    else if (server(row) === "BACKEND") serversOf(proxy(row));
    else serversOf(proxy(row)).push({ name: server(row), status: status(row) });
  }
  return { frontends, backends: [...backends].map(([name, servers]) => ({ name, servers })) };
}
