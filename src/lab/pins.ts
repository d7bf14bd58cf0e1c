import type { Box, StackName } from "./model.ts";

/** Every version that a lab depends on, in one place, each with the reason why it is this one. */

/**
 * The boxes: versions seen in use in public Vagrantfiles and logs, with VirtualBox (bento) and libvirt (generic).
 * Classic: Ubuntu 20.04 is the last LTS that boots with cgroup v1, without which Mesos 0.24.1's agent does not start.
 * Rehearsal: Debian 12, of whose packages its images are made.
 */
export const boxes: Record<StackName, { libvirt: Box; other: Box }> = {
  classic: {
    libvirt: { name: "generic/ubuntu2004", version: "4.3.12" },
    other: { name: "bento/ubuntu-20.04", version: "202407.23.0" },
  },
  rehearsal: {
    libvirt: { name: "generic/debian12", version: "4.3.12" },
    other: { name: "bento/debian-12", version: "202510.26.0" },
  },
};

/** What `box build` makes on this host. */
export const builtBox = "mesos-lab/rehearsal";

/**
 * Whether a box can only have been built here. Anybody could register such a name in Vagrant's public catalogue, and a
 * box has all rights of its machine: it is looked for there never.
 */
export function isBuiltHere({ name, url }: Box): boolean {
  return url === undefined && name.toLowerCase().startsWith("mesos-lab/");
}

export interface Pin {
  readonly value: string;
  /** One sentence without a stop. */
  readonly reason: string;
}

/** The Ubuntu release whose packages are pinned below, as its repositories name it. */
export const engineRelease = "focal";

const engine = "28.1.1";
const client = "24.0.9";

/** What the classic stack puts on its machines, by the variable of the Ansible role that reads it. */
export const classicPins: Readonly<Record<string, Pin>> = {
  docker_engine_release: {
    value: engineRelease,
    reason: "the only Ubuntu release whose packages are pinned here",
  },
  docker_engine_repository: {
    value: "https://download.docker.com/linux/ubuntu",
    reason: "Docker's own: the version string of Debian's package cannot be read by the agent of 2015",
  },
  docker_engine_key_sha256: {
    value: "1500c1f56fa9e26b9b8f42452a553675796ade0807cdce11975eb98170b3a570",
    reason: "of Docker's signing key 9DC8 5822 9FC7 DD38 854A E2D8 8D81 803C 0EBF CD88",
  },
  docker_engine_version: {
    value: `5:${engine}-1~ubuntu.20.04~${engineRelease}`,
    reason:
      "the newest that Docker publishes for this release, and the last that still pulls schema 1 images where it is told to",
  },
  docker_engine_containerd: { value: "1.7.27-1", reason: "of the same time as the engine, and for focal" },
  docker_client_version: {
    value: client,
    reason:
      "it asks engines in API 1.43; answers from 1.45 on lack the ContainerConfig that the agent of 2015 reads",
  },
  docker_client_url: {
    value: `https://download.docker.com/linux/static/stable/x86_64/docker-${client}.tgz`,
    reason: "the packaged client is linked to a C library newer than the one in the agent's image",
  },
  docker_client_sha256: {
    value: "692ecfc28333485d184f628b74c25b2894cee9495a51a5418ba60ef95bf733ca",
    reason: "as several public build files have it; Docker itself publishes no checksums of these archives",
  },
};

/** What a machine gets from PyPI and Galaxy when the playbooks run from inside it and its release's package is too old. */
export const guestAnsible: { readonly core: Pin; readonly collection: Pin } = {
  core: { value: "2.13.13", reason: "the last series that runs on Python 3.8, which Ubuntu 20.04 has" },
  collection: {
    value: "3.4.7",
    reason: "the one of Debian 12, with which the playbooks are tried; it wants ansible-core 2.11 or newer",
  },
};
