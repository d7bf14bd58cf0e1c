import { Hono } from "hono";
import type { Service } from "./services.ts";

/** What marathon-lb tells of its HAProxy: the paths that HAProxy hands to it. */
export interface Told {
  readonly config: () => string;
  readonly services: () => readonly Service[];
  readonly pids: () => Promise<readonly string[]>;
}

export function marathonLbApi({ config, services, pids }: Told): Hono {
  const api = new Hono();
  api.get("/_haproxy_getconfig", (context) => context.text(config()));
  api.get("/_haproxy_getpids", async (context) => context.text(`${(await pids()).join(" ")}\n`));
  api.get("/_haproxy_getvhostmap", (context) =>
    context.text(
      lines(services().flatMap(({ vhosts, backend }) => vhosts.map((host) => `${host} ${backend}`))),
    ),
  );
  api.get("/_haproxy_getappmap", (context) =>
    context.text(
      lines(
        services()
          .filter(({ mode }) => mode === "http")
          .map(({ appId, backend }) => `${appId} ${backend}`),
      ),
    ),
  );
  return api;
}

function lines(entries: readonly string[]): string {
  return entries.map((entry) => `${entry}\n`).join("");
}
