/** What a role looks at on a machine, besides images and containers: what is as it was then needs no run of the role. */
export interface RoleSight {
  /** Files, by paths that may have wildcards of a shell. */
  readonly paths: readonly string[];
  /** Units of systemd. */
  readonly units?: readonly string[];
}

/** Which packages are installed: every one that comes or goes changes it. */
const packages = "/var/lib/dpkg/status";
/** Who may run docker without sudo. */
const groups = "/etc/group";
/** The engine writes it when it starts. */
const enginePid = "/run/docker.pid";
const client = ["/usr/bin/docker", "/usr/bin/docker.packaged"];
/** Where the lab keeps what it brings to a machine. */
const store = ["/usr/local/lib/mesos-lab/*", "/usr/local/lib/mesos-lab/*/*"];
const requests = ["/usr/lib", "/usr/local/lib"].map(
  (lib) => `${lib}/python3*/dist-packages/requests/__init__.py`,
);

/** Every role with all that its tasks look at. A role that does something new says here what has to be looked at for that. */
export const roleSights = {
  bundled_packages: {
    paths: [
      ...store,
      "/etc/apt/sources.list.d/mesos-lab.list",
      "/etc/apt/preferences.d/mesos-lab",
      "/var/lib/apt/lists/*mesos-lab_packages*",
    ],
  },
  // What is mounted is looked at on every machine.
  cgroup_v1: { paths: ["/etc/default/grub.d/90-mesos-lab-cgroup-v1.cfg"] },
  container_note: { paths: ["/var/lib/mesos-lab/containers.sha256"] },
  docker_client: { paths: [...client, ...store, "/var/lib/dpkg/diversions"] },
  docker_engine: {
    paths: [
      packages,
      groups,
      enginePid,
      "/etc/docker/daemon.json",
      "/etc/systemd/system/docker.service.d",
      "/etc/systemd/system/docker.service.d/*",
      "/etc/apt/keyrings/docker.asc",
    ],
    units: ["docker.service"],
  },
  docker_io: { paths: [packages, groups, enginePid, ...client], units: ["docker.service"] },
  haproxy_marathon_bridge: {
    paths: [
      packages,
      "/usr/sbin/haproxy",
      "/usr/bin/curl",
      "/etc/default/haproxy-marathon-bridge",
      "/usr/local/bin/haproxy-marathon-bridge",
      "/etc/systemd/system/haproxy-marathon-bridge.service",
      "/etc/systemd/system/haproxy-marathon-bridge.timer",
    ],
    units: ["haproxy.service", "haproxy-marathon-bridge.timer"],
  },
  host_packages: {
    paths: [
      ...[packages, enginePid, ...client, ...requests, "/usr/sbin/haproxy", "/usr/bin/curl"],
      // Whose host it is, and what was installed there.
      ...["lab.json", "remove.py", "packages", "docker-packages"].map((name) => `/var/lib/mesos-lab/${name}`),
    ],
    units: ["docker.service"],
  },
  // Ports need no look: services that run and answer have theirs.
  machine_check: {
    paths: ["/etc/hosts", ...client, "/usr/lib/x86_64-linux-gnu/libapparmor.so.1", "/etc/docker/daemon.json"],
  },
  // Images are looked at with the containers.
  locked_images: { paths: [] },
  rehearsal_images: { paths: [] },
} as const satisfies Readonly<Record<string, RoleSight>>;

export type RoleName = keyof typeof roleSights;
