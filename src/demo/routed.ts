import { askService } from "../probes/dns-service.ts";
import { parseStats, statsLogin } from "../probes/haproxy.ts";
import type { Http } from "../probes/http.ts";
import type { WayIn } from "./ways-in.ts";

/** What a way in routes to at the moment: names of HAProxy's servers, or `host:port` of a service's records; sorted. */
export async function routedBy(
  http: Http,
  shown: WayIn["shown"],
  options: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<readonly string[]> {
  if (shown === undefined) return [];
  if ("stats" in shown) {
    const answer = await http.get(shown.stats, { ...options, basicAuth: statsLogin });
    return parseStats(answer.text)
      .backends.flatMap(({ servers }) => servers.map(({ name }) => name))
      .sort();
  }
  const { targets } = await askService(shown.server, shown.name, options);
  return targets.map(({ address, port }) => `${address}:${port}`).sort();
}
