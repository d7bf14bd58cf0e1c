import { ask, describeAnswer, naming } from "./answer.ts";
import type { ProbeContext } from "./context.ts";
import type { HttpAnswer } from "./http.ts";
import { ProbeError } from "./probe-error.ts";

/** Answers 200 while its HAProxy runs. */
export function askHealth(context: ProbeContext, origin: string): Promise<HttpAnswer> {
  return ask(context, `${origin}/_haproxy_health_check`);
}

/** The configuration that HAProxy has, by backend: the `host:port` of every server. @throws ProbeError */
export async function askBackends(
  context: ProbeContext,
  origin: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const url = `${origin}/_haproxy_getconfig`;
  const answer = await ask(context, url);
  return naming(url, async () => {
    if (answer.status !== 200) throw new ProbeError(describeAnswer(answer));
    return parseBackends(answer.text);
  });
}

/** Reads the `backend` sections of HAProxy's configuration. @throws ProbeError when it is none. */
export function parseBackends(config: string): ReadonlyMap<string, readonly string[]> {
  if (!/^\s*(global|defaults|listen|frontend)\b/m.test(config))
    throw new ProbeError("not HAProxy's configuration");
  const backends = new Map<string, string[]>();
  let servers: string[] | undefined;
  for (const line of config.split("\n")) {
    const [word = "", name = "", address = ""] = line.trim().split(/\s+/);
    if (word === "backend") {
      servers = [];
      backends.set(name, servers);
    } else if (["global", "defaults", "listen", "frontend", "userlist"].includes(word)) servers = undefined;
    else if (word === "server") servers?.push(address);
  }
  return backends;
}
