import { LabError } from "../../errors.ts";
import { ignoredFlags, type OptionTable, readOptions } from "../options.ts";

const table = {
  ip: { kind: "text" },
  advertise_ip: { kind: "text" },
  port: { kind: "integer", default: "5050" },
  advertise_port: { kind: "integer" },
  hostname: { kind: "text" },
  zk: { kind: "text" },
  zk_session_timeout: { kind: "duration", default: "10secs" },
  quorum: { kind: "integer" },
  work_dir: { kind: "text" },
  registry: { kind: "text", default: "replicated_log" },
  registry_fetch_timeout: { kind: "duration", default: "1mins" },
  cluster: { kind: "text" },
  log_dir: { kind: "text" },
  allocation_interval: { kind: "duration", default: "1secs" },
  slave_ping_timeout: { kind: "duration", default: "15secs" },
  max_slave_ping_timeouts: { kind: "integer", default: "5" },
  ...ignoredFlags(
    "acls allocator authenticate authenticate_slaves authenticators authorizers credentials external_log_file",
    "firewall_rules framework_sorter help hooks initialize_driver_logging log_auto_initialize logbufsecs",
    "logging_level max_executors_per_slave modules offer_timeout quiet rate_limits recovery_slave_removal_limit",
    "registry_store_timeout registry_strict roles root_submissions slave_removal_rate_limit slave_reregister_timeout",
    "user_sorter version webui_dir weights whitelist",
  ),
} as const satisfies OptionTable;

/** @throws LabError `usage`, in the words of Mesos 0.24 where it has some. */
export function readMasterOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
) {
  const options = readOptions(table, argv, env);
  const { registry, work_dir, zk, quorum } = options.values;
  if (registry === "replicated_log") {
    if (work_dir === undefined) throw usage("--work_dir needed for replicated log based registry");
    if (zk !== undefined && quorum === undefined)
      throw usage("Need to specify --quorum for replicated log based registry when using ZooKeeper");
  } else if (registry !== "in_memory")
    throw usage(`'${registry}' is not a supported option for registry persistence`);
  if (quorum === 0) throw usage("--quorum must be at least 1");
  return options;
}

function usage(message: string): LabError {
  return new LabError("stand-in-misused", message);
}
