import { services } from "../../lab/catalogue/index.ts";
import type { Service } from "../../lab/catalogue/service.ts";

/** The Debian release that images and box are made of. */
export const suite = "bookworm";

/** Raised when the way of building changes what comes out, so that cached results are not taken for it. */
export const recipeVersion = 1;

/** One layer: what is added to the tree of `on`, besides the files of `templates/images/<name>`. */
export interface LayerRecipe {
  readonly on?: LayerName;
  readonly packages?: readonly string[];
  /** Copied from the host rather than written: filled in when the layer is built. */
  readonly copies?: "node" | "app";
  /** Commands that are run inside the tree at the end. */
  readonly run?: readonly (readonly string[])[];
}

export type LayerName = "base" | "node" | "app" | "haproxy" | "java" | "zookeeper" | "tomcat";

/** In a variable of its own, because a lab sets JVMFLAGS. Class data sharing halves the start of a JVM, which matters where the processor is emulated. */
const jvmFlags = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto";

const certificates = "/etc/ssl/certs/java/cacerts";

/** Rewrites Java's certificates in a form that does not note when it was written: two builds make the same bytes. */
const undateCertificates: LayerRecipe["run"] = [
  [
    "keytool",
    ...["-importkeystore", "-noprompt", "-srckeystore", certificates, "-srcstorepass", "changeit"],
    ...["-destkeystore", "/tmp/cacerts", "-deststoretype", "pkcs12", "-deststorepass", "changeit"],
    "-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE",
    "-J-Dkeystore.pkcs12.macAlgorithm=NONE",
  ],
  ["mv", "/tmp/cacerts", certificates],
];

export const layers: Readonly<Record<LayerName, LayerRecipe>> = {
  base: {},
  // The host's own Node: Debian's is older than what this package needs.
  node: { on: "base", copies: "node" },
  app: { on: "node", copies: "app" },
  haproxy: { on: "base", packages: ["haproxy", "procps"] },
  java: { on: "base", packages: ["openjdk-17-jre-headless"], run: undateCertificates },
  zookeeper: {
    on: "java",
    // The server is all in the library: Debian's `zookeeper` package adds scripts and a JRE with a desktop.
    packages: ["libzookeeper-java"],
  },
  tomcat: {
    on: "java",
    // Without the two stand-alone tools Tomcat brings all of systemd along.
    packages: ["systemd-standalone-sysusers", "systemd-standalone-tmpfiles", "tomcat10"],
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

const standInLayers: readonly LayerName[] = ["base", "node", "app"];

/** Of what is real in the rehearsal stack: the images of Debian's own programs. */
const real: readonly ImageRecipe[] = [
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
    tag: "mesos-lab/tomcat:rehearsal",
    layers: ["base", "java", "tomcat"],
    entrypoint: [],
    cmd: ["run-tomcat"],
    env: { JAVA_OPTS: "-Xmx96m -Djava.awt.headless=true", JDK_JAVA_OPTIONS: jvmFlags },
    workdir: "/var/lib/tomcat10",
    ports: [8080],
  },
];

/** The image of a stand-in: ports, volumes and environment are those of the image that it stands for. */
function standInImages({ images: tags, standIn, ports }: Service): readonly ImageRecipe[] {
  if (tags === undefined || standIn === undefined) return [];
  const { name, programs = [], image } = standIn;
  const layers = programs.includes("haproxy") ? [...standInLayers, "haproxy" as const] : standInLayers;
  return [
    {
      tag: tags.rehearsal,
      layers,
      entrypoint: ["node", "/opt/mesos-lab/dist/rehearsal/main.js", name],
      ports: ports.map(({ usual }) => usual),
      ...image,
    },
  ];
}

/** The images of the rehearsal stack. */
export const images: readonly ImageRecipe[] = [...real, ...Object.values(services).flatMap(standInImages)];
