import { cpus, freemem, loadavg, totalmem } from "node:os";
import { type Endpoint, type Endpoints, jsonAnswer, refusal } from "./libprocess.ts";

/** What every program of Mesos answers beside its own endpoints. */
export function commonEndpoints(
  metrics: () => Readonly<Record<string, number>>,
  all: () => Endpoints,
): Endpoints {
  let level = 0;
  const toggle: Endpoint = (c) => {
    const { level: wanted, duration } = c.req.query();
    if (wanted === undefined && duration === undefined) return c.text(`${level}\n`);
    if (duration === undefined) return refusal(c, 400, "Expecting 'duration=value' in query.\n");
    if (wanted === undefined) return refusal(c, 400, "Expecting 'level=value' in query.\n");
    if (!/^\d+$/.test(wanted)) return refusal(c, 400, `Invalid level '${wanted}'.\n`);
    level = Number(wanted);
    return c.body(null, 200);
  };
  return {
    metrics: { snapshot: (c) => jsonAnswer(c, { ...metrics(), ...systemMetrics("system/") }) },
    system: { "stats.json": (c) => jsonAnswer(c, systemMetrics("")) },
    logging: { toggle },
    help: { "": (c) => c.text(`${paths(all()).join("\n")}\n`) },
  };
}

function paths(endpoints: Endpoints): string[] {
  return Object.entries(endpoints).flatMap(([id, known]) =>
    Object.keys(known).map((name) => (name === "" ? `/${id}` : `/${id}/${name}`)),
  );
}

function systemMetrics(prefix: "system/" | ""): Record<string, number> {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  const load = prefix === "" ? "avg_load" : `${prefix}load`;
  return {
    [`${load}_1min`]: one,
    [`${load}_5min`]: five,
    [`${load}_15min`]: fifteen,
    [`${prefix}cpus_total`]: cpus().length,
    [`${prefix}mem_total_bytes`]: totalmem(),
    [`${prefix}mem_free_bytes`]: freemem(),
  };
}
