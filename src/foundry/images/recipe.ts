import type { TreeFile } from "../debian/tree.ts";
import { bambooConfig, tomcatEntrypoint, zkCli, zkEntrypoint, zkLogging, zkServer } from "./files.ts";

/** The Debian release that images and box are made of. */
export const suite = "bookworm";

/** Raised when the way of building changes what comes out, so that cached results are not taken for it. */
export const recipeVersion = 1;

/** One layer: what is added to the tree of `on`. */
export interface LayerRecipe {
  readonly on?: LayerName;
  readonly packages?: readonly string[];
  readonly files?: readonly TreeFile[];
  /** Copied from the host rather than written: filled in when the layer is built. */
  readonly copies?: "node" | "app";
}

export type LayerName = "base" | "node" | "app" | "haproxy" | "java" | "zookeeper" | "tomcat";

/** In a variable of its own, because a lab sets JVMFLAGS. Class data sharing halves the start of a JVM, which matters where the processor is emulated. */
const jvmFlags = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto";

export const layers: Readonly<Record<LayerName, LayerRecipe>> = {
  base: {},
  // The host's own Node: Debian's is older than what this package needs.
  node: { on: "base", copies: "node" },
  app: { on: "node", copies: "app" },
  haproxy: {
    on: "base",
    packages: ["haproxy", "procps"],
    files: [
      {
        path: "opt/go/src/github.com/QubitProducts/bamboo/config/production.example.json",
        text: bambooConfig,
      },
    ],
  },
  java: { on: "base", packages: ["openjdk-17-jre-headless"] },
  zookeeper: {
    on: "java",
    // The server is all in the library: Debian's `zookeeper` package adds scripts and a JRE with a desktop.
    packages: ["libzookeeper-java"],
    files: [
      { path: "entrypoint.sh", text: zkEntrypoint, mode: 0o755 },
      { path: "etc/zookeeper/log4j.properties", text: zkLogging },
      { path: "usr/local/bin/zkServer.sh", text: zkServer, mode: 0o755 },
      { path: "usr/local/bin/zkCli.sh", text: zkCli, mode: 0o755 },
    ],
  },
  tomcat: {
    on: "java",
    // Without the two stand-alone tools Tomcat brings all of systemd along.
    packages: ["systemd-standalone-sysusers", "systemd-standalone-tmpfiles", "tomcat10"],
    files: [{ path: "usr/local/bin/run-tomcat", text: tomcatEntrypoint, mode: 0o755 }],
  },
};

export interface ImageRecipe {
  readonly tag: string;
  /** Bottom first. `haproxy` lies on top of `app`, so that all stand-ins share what is below. */
  readonly layers: readonly LayerName[];
  readonly entrypoint: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly workdir?: string;
  readonly ports: readonly number[];
  readonly volumes?: readonly string[];
}

const standIn = (role: string) => ["node", "/opt/mesos-lab/dist/rehearsal/main.js", role];
const standInLayers: readonly LayerName[] = ["base", "node", "app"];

/** The images of the rehearsal stack. Ports, volumes and environment are those of the images they stand for. */
export const images: readonly ImageRecipe[] = [
  {
    tag: "mesos-lab/zookeeper:rehearsal",
    layers: ["base", "java", "zookeeper"],
    entrypoint: ["/entrypoint.sh"],
    cmd: ["zkServer.sh", "start-foreground"],
    env: { JVMFLAGS: "-Xmx128m", JDK_JAVA_OPTIONS: jvmFlags },
    ports: [2181, 2888, 3888],
    volumes: ["/tmp/zookeeper"],
  },
  {
    tag: "mesos-lab/mesos-master:rehearsal",
    layers: standInLayers,
    entrypoint: standIn("mesos-master"),
    env: { MESOS_WORK_DIR: "/tmp/mesos" },
    ports: [5050],
    volumes: ["/tmp/mesos"],
  },
  {
    tag: "mesos-lab/mesos-slave:rehearsal",
    layers: standInLayers,
    entrypoint: standIn("mesos-agent"),
    env: {
      MESOS_WORK_DIR: "/tmp/mesos",
      MESOS_CONTAINERIZERS: "docker,mesos",
      MESOS_EXECUTOR_REGISTRATION_TIMEOUT: "5mins",
    },
    ports: [5051],
    volumes: ["/tmp/mesos"],
  },
  {
    tag: "mesos-lab/marathon:rehearsal",
    layers: standInLayers,
    entrypoint: standIn("marathon"),
    ports: [8080],
  },
  {
    tag: "mesos-lab/bamboo:rehearsal",
    layers: [...standInLayers, "haproxy"],
    entrypoint: standIn("bamboo"),
    // Bamboo's users give CONFIG_PATH relative to this folder.
    workdir: "/opt/go/src/github.com/QubitProducts/bamboo",
    ports: [80, 8000],
  },
  {
    tag: "mesos-lab/mesos-dns:rehearsal",
    layers: standInLayers,
    entrypoint: standIn("mesos-dns"),
    ports: [53, 8123],
  },
  {
    tag: "mesos-lab/marathon-lb:rehearsal",
    layers: [...standInLayers, "haproxy"],
    entrypoint: standIn("marathon-lb"),
    ports: [80, 9090, 9091],
  },
  {
    tag: "mesos-lab/tomcat:rehearsal",
    layers: ["base", "java", "tomcat"],
    entrypoint: [],
    cmd: ["run-tomcat"],
    env: { JAVA_OPTS: "-Xmx96m -Djava.awt.headless=true", JDK_JAVA_OPTIONS: jvmFlags },
    workdir: "/var/lib/tomcat10",
    ports: [8080],
  },
];
