import { readFileSync } from "node:fs";
import { LabError } from "../../errors.ts";

export interface BambooOptions {
  /** `http://host:8080`, one or more. */
  readonly marathonEndpoints: readonly string[];
  /** Where Marathon reaches Bamboo. */
  readonly bambooEndpoint: string;
  /** `h1:2181,h2:2181` */
  readonly zkHost: string;
  /** `/bamboo` */
  readonly zkPath: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Where HAProxy's configuration is written. */
  readonly haproxyOutputPath: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Bamboo's image brings these two files; the stand-in has them built in. */
const builtIn = ["config/production.example.json", "config/development.example.json"];
const builtInConfig = {
  Marathon: { Endpoint: "http://localhost:8080" },
  Bamboo: {
    Endpoint: "http://localhost:8000",
    Zookeeper: { Host: "localhost", Path: "/marathon-haproxy/state" },
  },
  HAProxy: { OutputPath: "/etc/haproxy/haproxy.cfg" },
};

/**
 * Reads Bamboo's environment over the file that CONFIG_PATH names.
 * @throws LabError `usage` when the file is missing or not JSON, as Bamboo stops then too, and for what the stand-in
 * cannot do.
 */
export function readBambooOptions(env: Environment): BambooOptions {
  const config = readConfig(env.CONFIG_PATH);
  const get = (section: string, name: string) => {
    const value = section
      .split(".")
      .reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], config);
    const field = (value as Record<string, unknown> | undefined)?.[name];
    return typeof field === "string" ? field : "";
  };
  const pick = (variable: string, section: string, name: string) => env[variable] || get(section, name);
  if (env.HAPROXY_TEMPLATE_PATH)
    throw usage("HAPROXY_TEMPLATE_PATH is set, but the rehearsal of Bamboo reads no Go templates", [
      "leave HAPROXY_TEMPLATE_PATH out",
    ]);
  const auto = env.BAMBOO_DOCKER_AUTO_HOST && env.HOST ? `http://${env.HOST}:8000` : "";
  return {
    marathonEndpoints: pick("MARATHON_ENDPOINT", "Marathon", "Endpoint")
      .split(",")
      .map((endpoint) => endpoint.trim().replace(/\/+$/, ""))
      .filter((endpoint) => endpoint !== ""),
    bambooEndpoint: (env.BAMBOO_ENDPOINT || auto || get("Bamboo", "Endpoint")).replace(/\/+$/, ""),
    zkHost: pick("BAMBOO_ZK_HOST", "Bamboo.Zookeeper", "Host"),
    zkPath: `/${pick("BAMBOO_ZK_PATH", "Bamboo.Zookeeper", "Path").split("/").filter(Boolean).join("/")}`,
    listen: parseBind(env.BIND || ":8000"),
    haproxyOutputPath: pick("HAPROXY_OUTPUT_PATH", "HAProxy", "OutputPath") || "/etc/haproxy/haproxy.cfg",
  };
}

function readConfig(path: string | undefined): unknown {
  // Bamboo's own start script loses the first character of its default: without CONFIG_PATH it looks for this file.
  const file = path ?? ":config/production.example.json";
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (cause) {
    if (builtIn.includes(file)) return builtInConfig;
    throw usage(
      `open ${file}: no such file or directory`,
      ["set CONFIG_PATH=config/production.example.json"],
      cause,
    );
  }
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw usage(`${file} is not JSON: ${(cause as Error).message}`, [`correct ${file}`], cause);
  }
}

/** `:8000` and `10.0.0.1:8000`. */
function parseBind(bind: string): { host: string; port: number } {
  const match = /^([^\s:]*):(\d{1,5})$/.exec(bind);
  if (match === null) throw usage(`BIND=${bind} is not an address`, ["write it as :8000 or 192.0.2.1:8000"]);
  return { host: match[1] || "0.0.0.0", port: Number(match[2]) };
}

function usage(message: string, remedy: readonly string[], cause?: unknown): LabError {
  return new LabError("stand-in-misused", message, { remedy, cause });
}
