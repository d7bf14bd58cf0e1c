import { BlockList, isIP } from "node:net";
import { type Finding, lacking } from "../lab/finding.ts";
import type { Variables } from "../tools/environment.ts";

/** What curl reads, in its order, and what others read. */
const proxyVariables = ["http_proxy", "all_proxy", "ALL_PROXY", "HTTP_PROXY"];
const exceptionVariables = ["no_proxy", "NO_PROXY"];

/**
 * Warns of a proxy that would be asked for the lab's own pages: the lesson's curls go through it, and it knows nothing of
 * the lab. The tool itself asks the lab without one.
 */
export function throughProxy(ips: readonly string[], env: Variables = process.env): readonly Finding[] {
  const proxy = proxyVariables.find((name) => env[name]);
  if (proxy === undefined) return [];
  const [used = "no_proxy"] = exceptionVariables.filter((name) => env[name]);
  const excepted = env[used] ?? "";
  const addresses = [...new Set(ips)].filter((ip) => !isExcepted(ip, excepted));
  if (addresses.length === 0) return [];
  const wanted = [...(excepted === "" ? [] : [`$${used}`]), ...addresses].join(",");
  return [
    lacking(
      "warn",
      "proxy",
      `${proxy} is set, and ${used} does not name ${addresses.join(" and ")}: curl and others ask the proxy for the lab's pages`,
      `export ${used}="${wanted}"`,
    ),
  ];
}

/** As curl reads it: `*`, addresses, and networks such as 192.168.33.0/24. */
function isExcepted(ip: string, exceptions: string): boolean {
  const list = new BlockList();
  for (const each of exceptions.split(/[\s,]+/)) {
    if (each === "*") return true;
    const [net = "", prefix] = each.split("/");
    if (isIP(net) !== 4) continue;
    if (prefix === undefined) list.addAddress(net);
    else if (/^(?:3[0-2]|[12]?\d)$/.test(prefix)) list.addSubnet(net, Number(prefix));
  }
  return list.check(ip);
}
