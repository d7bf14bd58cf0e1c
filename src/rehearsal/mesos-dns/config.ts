import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import * as z from "zod";
import { LabError } from "../../errors.ts";

/** Where a task's address is taken from, best first. */
export const ipSources = ["host", "netinfo", "mesos", "docker"] as const;
export type IpSource = (typeof ipSources)[number];

const port = z.int().min(0).max(65_535);
const seconds = z.int().min(0).max(2_147_483_647);

/** config.json with Mesos-DNS' defaults; its keys are read in any case. Those that are not here are ignored. */
const schema = z.object({
  zk: z.string().default(""),
  /** `ip:port`; asked when ZooKeeper is not, or knows no leader. */
  masters: z.array(z.string()).default([]),
  refreshSeconds: z.number().positive().max(86_400).default(60),
  ttl: seconds.default(60),
  domain: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i)
    .default("mesos"),
  /** Of UDP and TCP; 0 takes a free one. */
  port: port.default(53),
  /** `ip` or `ip:port`. */
  resolvers: z.array(z.string()).default(["8.8.8.8"]),
  /** Seconds for a question that is passed on. */
  timeout: z.number().positive().max(60).default(5),
  stateTimeoutSeconds: z.number().positive().default(300),
  zkDetectionTimeout: seconds.default(30),
  listener: z.string().refine(isIPv4, "not an IPv4 address").default("0.0.0.0"),
  httpListener: z.string().refine(isIPv4, "not an IPv4 address").default("0.0.0.0"),
  httpPort: port.default(8123),
  dnsOn: z.boolean().default(true),
  httpOn: z.boolean().default(true),
  externalOn: z.boolean().default(true),
  recurseOn: z.boolean().default(true),
  enumerationOn: z.boolean().default(true),
  enforceRFC952: z.boolean().default(false),
  IPSources: z.array(z.enum(ipSources)).min(1).default(["netinfo", "mesos", "host"]),
  SOAMname: z.string().default("ns1.mesos"),
  SOARname: z.string().default("root.ns1.mesos"),
  SOARefresh: seconds.default(60),
  SOARetry: seconds.default(600),
  SOAExpire: seconds.default(86_400),
});

export type MesosDnsConfig = z.infer<typeof schema>;

/**
 * Reads Mesos-DNS' arguments and the file that they name.
 * @throws LabError `usage` for an unknown flag, and for a file that is missing, not JSON, or wrong.
 */
export function readMesosDnsOptions(argv: readonly string[]): MesosDnsConfig {
  // The image is run with the program's own path before its flags.
  const flags = /(^|\/)mesos-dns$/.test(argv[0] ?? "") ? argv.slice(1) : argv;
  let file = "config.json";
  for (let index = 0; index < flags.length; index += 1) {
    const [, name, value] = /^--?(config|v)(?:=(.*))?$/s.exec(flags[index] ?? "") ?? [];
    if (name === undefined)
      throw usage(`flag provided but not defined: ${flags[index]}`, ["-v=1 -config=/config.json"]);
    if (value === undefined) index += 1;
    if (name === "config") file = value ?? flags[index] ?? "";
  }
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw usage(`missing configuration file: ${JSON.stringify(file)}`, ["-config=/config.json"], cause);
  }
  return parseMesosDnsConfig(text, file);
}

/** @throws LabError `usage` that names the key and its value's fault. */
export function parseMesosDnsConfig(text: string, file = "config.json"): MesosDnsConfig {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw usage(`${file} is not JSON: ${(cause as Error).message}`, [`correct ${file}`], cause);
  }
  const names = new Map(Object.keys(schema.shape).map((name) => [name.toLowerCase(), name]));
  const given = Object.entries(raw ?? {}).map(([key, value]) => [names.get(key.toLowerCase()) ?? key, value]);
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success)
    throw usage(
      `${file} is wrong`,
      [`correct ${file}`],
      parsed.error,
      parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
    );
  const config = { ...parsed.data, domain: parsed.data.domain.toLowerCase() };
  if (config.zk === "" && config.masters.length === 0)
    throw usage(`${file} names neither zk nor masters`, ['"zk": "zk://192.168.33.18:2181/mesos"']);
  return config;
}

function usage(
  message: string,
  remedy: readonly string[],
  cause?: unknown,
  details: readonly string[] = [],
): LabError {
  return new LabError("stand-in-misused", message, { remedy, cause, details });
}
