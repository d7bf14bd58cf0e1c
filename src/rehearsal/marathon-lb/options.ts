import { LabError } from "../../errors.ts";

export interface MarathonLbOptions {
  /** `sse` follows Marathon's events, `poll` asks every so often. */
  readonly mode: "sse" | "poll";
  readonly marathons: readonly string[];
  /** `*` is all. */
  readonly groups: readonly string[];
  /** Tasks whose health checks fail are left out. */
  readonly healthCheck: boolean;
  /** Whether there is a frontend for virtual hosts at all. */
  readonly bindHttp: boolean;
  readonly pollMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const values = new Set([
  "--marathon",
  "-m",
  "--group",
  "--auth-credentials",
  "--syslog-socket",
  "--log-level",
]);
const switches = new Set([
  "--health-check",
  "-H",
  "--dont-bind-http-https",
  "--sse",
  "-s",
  "--skip-validation",
]);

/**
 * Reads `sse|poll -m URL… --group NAME…` and the environment, as marathon-lb's own start script does.
 * @throws LabError `usage` for what that script refuses, and for what the stand-in cannot do.
 */
export function readMarathonLbOptions(argv: readonly string[], env: Environment): MarathonLbOptions {
  if (!env.PORTS)
    throw usage("Define $PORTS with a comma-separated list of ports to which HAProxy binds", ["PORTS=9090"]);
  const [mode = "", ...rest] = argv;
  if (mode !== "sse" && mode !== "poll")
    throw usage(`Unknown mode ${mode}: the rehearsal of marathon-lb knows sse and poll`, [example]);
  const given = new Map<string, string[]>();
  let flag = "";
  for (const word of rest.flatMap((each) => /^(--[\w-]+)=(.*)$/s.exec(each)?.slice(1) ?? [each])) {
    if (values.has(word) || switches.has(word)) {
      flag = word;
      given.set(word, given.get(word) ?? []);
    } else if (word.startsWith("-") || !values.has(flag)) {
      throw usage(`unrecognized arguments: ${word}`, [example]);
    } else given.get(flag)?.push(word);
  }
  const list = (...names: string[]) => names.flatMap((name) => given.get(name) ?? []);
  const marathons = list("--marathon", "-m").map((url) => url.replace(/\/+$/, ""));
  if (marathons.length === 0 || marathons.some((url) => !/^http:\/\/[^\s/]+$/.test(url)))
    throw usage("argument --marathon/-m is required, as http://host:port", [example]);
  const groups = list("--group");
  if (groups.length === 0) throw usage("no group is given: nothing would be served", [example]);
  const interval = env.POLL_INTERVAL ?? "60";
  if (!/^[1-9]\d{0,5}$/.test(interval))
    throw usage(`POLL_INTERVAL=${interval} is not a number of seconds`, ["POLL_INTERVAL=60"]);
  return {
    mode,
    marathons,
    groups,
    healthCheck: given.has("--health-check") || given.has("-H"),
    bindHttp: !given.has("--dont-bind-http-https"),
    pollMs: Number(interval) * 1_000,
  };
}

const example = "sse -m http://192.168.33.18:8080 --group external";

function usage(message: string, remedy: readonly string[]): LabError {
  return new LabError("stand-in-misused", `[marathon-lb] ${message}`, { remedy });
}
