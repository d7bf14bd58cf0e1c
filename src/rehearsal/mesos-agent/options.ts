import { LabError } from "../../errors.ts";
import { ignoredFlags, type OptionTable, type OptionValues, readOptions } from "../options.ts";

const table = {
  ip: { kind: "text" },
  advertise_ip: { kind: "text" },
  port: { kind: "integer", default: "5051" },
  hostname: { kind: "text" },
  master: { kind: "text", required: true },
  work_dir: { kind: "text", default: "/tmp/mesos" },
  log_dir: { kind: "text" },
  resources: { kind: "text" },
  attributes: { kind: "text" },
  containerizers: { kind: "text", default: "mesos" },
  docker: { kind: "text", default: "docker" },
  docker_stop_timeout: { kind: "duration", default: "0secs" },
  executor_registration_timeout: { kind: "duration", default: "1mins" },
  switch_user: { kind: "boolean", default: "true" },
  registration_backoff_factor: { kind: "duration", default: "1secs" },
  ...ignoredFlags(
    "appc_store_dir authenticatee cgroups_cpu_enable_pids_and_tids_count cgroups_enable_cfs cgroups_hierarchy",
    "cgroups_limit_swap cgroups_root container_disk_watch_interval container_logger credential default_container_image",
    "default_container_info default_role disk_watch_interval docker_kill_orphans docker_mesos_image docker_remove_delay",
    "docker_socket enforce_container_disk_quota executor_environment_variables executor_shutdown_grace_period",
    "external_log_file fetcher_cache_dir fetcher_cache_size firewall_rules frameworks_home gc_delay gc_disk_headroom",
    "hadoop_home help hooks image_providers initialize_driver_logging isolation launcher_dir logbufsecs logging_level",
    "modules oversubscribed_resources_interval perf_duration perf_events perf_interval provisioner_backend",
    "qos_controller qos_correction_interval_min quiet recover recovery_timeout resource_estimator",
    "resource_monitoring_interval revocable_cpu_low_priority sandbox_directory slave_subsystems strict",
    "version",
  ),
} as const satisfies OptionTable;

export type AgentFlags = OptionValues<typeof table>;

/** @throws LabError `usage` */
export function readAgentOptions(argv: readonly string[], env: Readonly<Record<string, string | undefined>>) {
  const options = readOptions(table, argv, env);
  for (const name of options.values.containerizers.split(",")) {
    if (name !== "docker" && name !== "mesos") throw usage(`Unknown or unsupported containerizer: ${name}`);
  }
  return options;
}

/**
 * Reads `rack:r1;zone:b`.
 * @throws LabError `usage`
 */
export function parseAttributes(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split(";")
      .filter((pair) => pair.trim() !== "")
      .map((pair) => {
        const colon = pair.indexOf(":");
        if (colon < 1) throw usage(`Invalid attribute key:value pair '${pair}'`);
        return [pair.slice(0, colon).trim(), pair.slice(colon + 1).trim()];
      }),
  );
}

function usage(message: string): LabError {
  return new LabError("stand-in-misused", message);
}
