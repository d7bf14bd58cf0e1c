import { hostname } from "node:os";
import { LabError } from "../../errors.ts";

/** What the stand-in uses of Marathon's flags. */
export interface MarathonOptions {
  /** `zk://…/mesos` or `host:port`. */
  readonly master: string;
  /** `zk://…/marathon`. */
  readonly zk: string;
  /** `http_callback`, or undefined: then subscriptions are refused. */
  readonly eventSubscriber: string | undefined;
  readonly hostname: string;
  readonly httpAddress: string;
  readonly httpPort: number;
  readonly webuiUrl: string | undefined;
  readonly frameworkName: string;
  readonly mesosUser: string;
  readonly failoverTimeoutSeconds: number;
  readonly checkpoint: boolean;
  readonly localPortMin: number;
  readonly localPortMax: number;
  readonly zkTimeoutMs: number;
  readonly zkSessionTimeoutMs: number;
  readonly declineOfferDurationMs: number;
  readonly minReviveOffersIntervalMs: number;
  readonly reviveOffersRepetitions: number;
  readonly maxTasksPerOffer: number;
  readonly taskLaunchTimeoutMs: number;
  readonly reconciliationIntervalMs: number;
}

/** Flags that are used, with Marathon's defaults. */
const used: Readonly<Record<string, string | undefined>> = {
  master: undefined,
  zk: "zk://localhost:2181/marathon",
  event_subscriber: undefined,
  hostname: undefined,
  http_address: "0.0.0.0",
  http_port: "8080",
  webui_url: undefined,
  framework_name: "marathon",
  mesos_user: "root",
  failover_timeout: "604800",
  local_port_min: "10000",
  local_port_max: "20000",
  zk_timeout: "10000",
  zk_session_timeout: "10000",
  decline_offer_duration: "120000",
  min_revive_offers_interval: "5000",
  revive_offers_repetitions: "3",
  max_tasks_per_offer: "1",
  task_launch_timeout: "300000",
  reconciliation_interval: "300000",
};

/** Marathon knows these too; for the stand-in they change nothing. */
const ignored = new Set(
  `access_control_allow_origin assets_path env_vars_prefix event_stream_max_outstanding_messages
  http_event_callback_slow_consumer_timeout http_max_concurrent_requests https_port internal_store_backend
  launch_queue_request_timeout launch_token_refresh_interval launch_tokens leader_proxy_connection_timeout
  leader_proxy_read_timeout logging_level marathon_store_timeout max_actor_startup_time max_apps
  max_parallel_status_updates max_queued_root_group_updates max_queued_status_updates max_tasks_per_offer_cycle
  mesos_leader_ui_url offer_matching_timeout on_elected_prepare_timeout reconciliation_initial_delay
  reporter_datadog reporter_graphite save_tasks_to_launch_timeout scale_apps_initial_delay scale_apps_interval
  task_launch_confirm_timeout task_launch_notification_timeout task_tracker_request_timeout
  task_update_request_timeout zk_compression_threshold zk_max_versions`.split(/\s+/),
);
const toggles = new Set([
  ...["checkpoint", "ha", "http", "metrics", "tracing", "enable_metrics", "enable_tracing"],
  ...["revive_offers_for_new_apps", "store_cache", "zk_compression"],
]);

/**
 * Reads `--flag value`, `--flag=value`, toggles (`--checkpoint`, `--disable_checkpoint`) and `MARATHON_FLAG` variables;
 * the command line wins.
 * @throws LabError `usage` for anything that Marathon 0.15.0 or the stand-in does not know.
 */
export function readMarathonOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): MarathonOptions {
  const given = { ...fromEnvironment(env), ...fromArguments(argv) };
  const text = (name: string) => given[name] ?? used[name];
  const required = (name: string) => text(name) ?? fail(`Required option '${name}' not found`);
  const count = (name: string) => {
    const value = required(name);
    return /^\d+$/.test(value) ? Number(value) : fail(`Bad arguments for option '${name}': '${value}'`);
  };
  const eventSubscriber = text("event_subscriber");
  if (eventSubscriber !== undefined && eventSubscriber !== "http_callback")
    fail(`Bad arguments for option 'event_subscriber': '${eventSubscriber}' (only http_callback is known)`);
  return {
    master: required("master"),
    zk: required("zk"),
    eventSubscriber,
    hostname: text("hostname") ?? hostname(),
    httpAddress: required("http_address"),
    httpPort: count("http_port"),
    webuiUrl: text("webui_url"),
    frameworkName: required("framework_name"),
    mesosUser: required("mesos_user"),
    failoverTimeoutSeconds: count("failover_timeout"),
    checkpoint: given.checkpoint !== "false",
    localPortMin: count("local_port_min"),
    localPortMax: count("local_port_max"),
    zkTimeoutMs: count("zk_timeout"),
    zkSessionTimeoutMs: count("zk_session_timeout"),
    declineOfferDurationMs: count("decline_offer_duration"),
    minReviveOffersIntervalMs: count("min_revive_offers_interval"),
    reviveOffersRepetitions: count("revive_offers_repetitions"),
    maxTasksPerOffer: count("max_tasks_per_offer"),
    taskLaunchTimeoutMs: count("task_launch_timeout"),
    reconciliationIntervalMs: count("reconciliation_interval"),
  };
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const found: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    // Marathon's own task variables must not be taken for flags when it runs inside a task.
    if (!name.startsWith("MARATHON_") || name.startsWith("MARATHON_APP") || value === undefined) continue;
    const flag = name.slice("MARATHON_".length).toLowerCase();
    found.push(`--${flag}`, ...(value === "" && isToggle(flag) ? [] : [value]));
  }
  return fromArguments(found);
}

function isToggle(name: string): boolean {
  return toggles.has(name) || toggles.has(name.replace(/^disable_/, ""));
}

function fromArguments(argv: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  const words = argv.flatMap((word) => /^(--[^=]+)=(.*)$/s.exec(word)?.slice(1) ?? [word]);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (!word.startsWith("--")) fail(`Excess arguments provided: '${word}'`);
    const name = word.slice(2);
    if (isToggle(name)) {
      found[name.replace(/^disable_/, "")] = String(!name.startsWith("disable_"));
      continue;
    }
    if (!Object.hasOwn(used, name) && !ignored.has(name)) fail(`Unknown option '${name}'`);
    index += 1;
    found[name] = words[index] ?? fail(`No argument given for option '${name}'`);
  }
  return found;
}

function fail(message: string): never {
  throw new LabError("stand-in-misused", `[marathon] Error: ${message}`, {
    remedy: ["see docs/rehearsal.md for the flags that the stand-in of Marathon 0.15.0 reads"],
  });
}
