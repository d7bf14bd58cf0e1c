import type { ApiParts } from "./parts.ts";

/** The body of `GET /v2/info`. */
export function marathonInfo(parts: ApiParts, frameworkId: string | undefined): Record<string, unknown> {
  const { options } = parts;
  const master = parts.master();
  const { elected, leader } = parts.leadership();
  return {
    name: "marathon",
    version: "0.15.0-mesos-lab-rehearsal",
    elected,
    leader: leader ?? null,
    frameworkId: frameworkId || null,
    marathon_config: {
      master: options.master,
      failover_timeout: options.failoverTimeoutSeconds,
      framework_name: options.frameworkName,
      ha: true,
      checkpoint: options.checkpoint,
      local_port_min: options.localPortMin,
      local_port_max: options.localPortMax,
      executor: "//cmd",
      hostname: options.hostname,
      webui_url: options.webuiUrl ?? null,
      mesos_role: null,
      task_launch_timeout: options.taskLaunchTimeoutMs,
      reconciliation_initial_delay: 15_000,
      reconciliation_interval: options.reconciliationIntervalMs,
      mesos_user: options.mesosUser,
      leader_proxy_connection_timeout_ms: 5_000,
      leader_proxy_read_timeout_ms: 10_000,
      mesos_leader_ui_url: master === undefined ? null : `http://${master}/`,
    },
    zookeeper_config: {
      zk: options.zk,
      zk_timeout: options.zkTimeoutMs,
      zk_session_timeout: options.zkSessionTimeoutMs,
      zk_max_versions: 25,
    },
    event_subscriber:
      options.eventSubscriber === undefined ? null : { type: options.eventSubscriber, http_endpoints: null },
    http_config: { assets_path: null, http_port: parts.port, https_port: 8443 },
  };
}
