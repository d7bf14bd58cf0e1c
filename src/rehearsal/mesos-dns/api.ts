import { Hono } from "hono";
import type { Zone } from "./answer.ts";
import type { MesosDnsConfig } from "./config.ts";
import { mesosDnsVersion } from "./version.ts";

/** The HTTP API of Mesos-DNS over the names of the moment. */
export function mesosDnsApi(zone: () => Zone): Hono {
  const api = new Hono();

  api.get("/v1/version", (context) =>
    context.json({
      Service: "Mesos-DNS",
      Version: mesosDnsVersion,
      URL: "https://github.com/mesosphere/mesos-dns",
    }),
  );
  api.get("/v1/config", (context) => context.json(shownConfig(zone())));
  api.get("/v1/hosts/:host", (context) => {
    const name = cleaned(context.req.param("host"));
    const found = (zone().records.addresses.get(name) ?? []).map((ip) => ({ host: `${name}.`, ip }));
    return context.json(found.length > 0 ? found : [{ host: "", ip: "" }]);
  });
  api.get("/v1/services/:service", (context) => {
    const { records } = zone();
    const name = cleaned(context.req.param("service"));
    const found = (records.services.get(name) ?? []).map(({ host, port }) => ({
      service: `${name}.`,
      host: `${host}.`,
      ip: records.addresses.get(host)?.[0] ?? "",
      port: String(port),
    }));
    return context.json(found.length > 0 ? found : [{ service: "", host: "", ip: "", port: "" }]);
  });
  api.get("/v1/enumerate", (context) => {
    const { config, records } = zone();
    return config.enumerationOn ? context.json({ frameworks: records.frameworks }) : context.notFound();
  });
  return api;
}

function cleaned(name: string): string {
  return name.toLowerCase().replace(/\.+$/, "");
}

const goNames: Partial<Record<keyof MesosDnsConfig, string>> = {
  ttl: "TTL",
  httpListener: "HTTPListener",
};

/** As Mesos-DNS shows it: its names begin with capital letters. */
function shownConfig({ config, serial }: Zone): Record<string, unknown> {
  const entries = Object.entries(config).map(([key, value]) => [
    goNames[key as keyof MesosDnsConfig] ?? key[0]?.toUpperCase() + key.slice(1),
    value,
  ]);
  return { ...Object.fromEntries(entries), SOASerial: serial };
}
