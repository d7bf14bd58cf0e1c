import * as z from "zod";
import { namedPorts, services } from "./catalogue/index.ts";
import { portBesideBamboo } from "./catalogue/marathon-lb.ts";
import {
  discoveryNames,
  type ImageName,
  imagePlaces,
  type PortName,
  providerNames,
  runsOnNames,
  serviceNames,
  stackNames,
} from "./model.ts";

/** The sentence that says what a field accepts: shown in every complaint about it, and in docs/lab-file.md. */
export const rules = z.registry<{ rule: string }>();

/** Describes a field for the docs and the JSON Schema, and keeps its rule. */
function field<S extends z.ZodType>(schema: S, rule: string, description: string): S {
  const described = schema.describe(description);
  rules.add(described, { rule });
  return described;
}

/** Text of a form. More than one form: the first that does not fit is complained about. */
function text(description: string, maxLength: number, ...forms: readonly [RegExp, string][]) {
  const rule = forms.map(([, sentence]) => sentence).join("; ");
  const error = forms[0]?.[1] ?? rule;
  let schema = z.string({ error }).max(maxLength, { error, abort: true });
  for (const [pattern, sentence] of forms) schema = schema.regex(pattern, { error: sentence, abort: true });
  return field(schema, rule, description);
}

function whole(description: string, min: number, max: number, example: number, unit = "") {
  const error = `must be a whole number ${unit}from ${min} to ${max}, like ${example}`;
  return field(z.int({ error }).min(min, { error }).max(max, { error }), error, description);
}

/** Of an ensemble: with an even number no more may fail. */
function odd(description: string) {
  const error = "must be 1, 3 or 5";
  const schema = z.int({ error }).refine((value) => [1, 3, 5].includes(value), { error });
  return field(schema, error, description);
}

function oneOf<const N extends readonly [string, ...string[]]>(description: string, names: N) {
  const error = `must be one of ${names.join(", ")}`;
  return field(z.enum(names, { error }), error, description);
}

const hostname: [RegExp, string] = [
  /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/,
  "must be a host name: lowercase letters, digits and '-', starting with a letter, at most 40 characters",
];
const imageReference =
  /^(?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** Nothing that ssh could take for a flag or a pattern. */
const sshName = /^(?:[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*)$/;

export const fields = {
  name: text("Names the lab's folder under generated/.", 40, hostname),
  stack: oneOf(
    "What runs: the tutorial's images (classic) or those that `mesos-lab images build` makes (rehearsal).",
    stackNames,
  ),
  runsOn: oneOf(
    "Where the lab runs: in virtual machines (vagrant), on machines that are there already, over SSH (hosts), as processes of this host on loopback (embedded), or in virtual machines where Vagrant and a provider work and embedded where not (auto).",
    ["auto", ...runsOnNames],
  ),
  provider: oneOf("The Vagrant provider that runs the machines.", providerNames),
  boxName: text("The Vagrant box of all machines. A box named here has no default version or URL.", 120, [
    /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)?$/,
    "must be a box's name, like bento/ubuntu-20.04",
  ]),
  boxVersion: text("The box's exact version, so that every lab is made of the same parts.", 60, [
    /^\d+(?:\.\d+)*(?:[.-][A-Za-z0-9]+)*$/,
    "must be an exact version, like 202407.23.0",
  ]),
  boxUrl: text("Where to fetch a box that is in no catalogue.", 2000, [
    // No quotes, backslashes, '#', '$' or control characters: the URL ends up in a Vagrantfile.
    /^(?:https?:\/\/|file:\/\/|\/|[A-Za-z]:\/)(?:[^\s"'`\\#$\p{C}]| )*[^\s"'`\\#$\p{C}]$/u,
    "must be an http(s) or file URL or an absolute path, like https://example.org/lab.box or /srv/lab.box",
  ]),
  machineName: text("Host name of the machine, and its name in Vagrant and Ansible.", 40, hostname, [
    /^(?!(?:all|localhost|ungrouped|zookeeper|marathon|bamboo)$)/,
    "must not be all, localhost, ungrouped, zookeeper, marathon or bamboo, which mean something else to Ansible",
  ]),
  ip: text(
    "Address under which the machines, and this computer, reach the services of the machine.",
    15,
    [
      /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/,
      "must be an IPv4 address, like 192.168.33.18",
    ],
    [
      // The services have no passwords.
      /^(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/,
      "must be a private address: in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10; in an embedded lab also in 127.0.0.0/8",
    ],
  ),
  memory: whole("Memory of the machine.", 512, 1_048_576, 2048, "of MiB "),
  bootTimeout: whole(
    "Time that a machine may take to boot. Left out: 600, and 2400 where libvirt runs the machines in software.",
    60,
    86_400,
    600,
    "of seconds ",
  ),
  masters: odd("How many masters."),
  slaves: whole("How many slaves.", 1, 200, 3),
  cpus: whole("Number of virtual processors of the machine.", 1, 64, 2),
  sshHost: text("Name or address at which SSH reaches the machine; default: its ip.", 253, [
    sshName,
    "must be a host name or an address, like lab-1.example.org or 10.0.0.11",
  ]),
  sshAlias: text(
    "A host of your own ssh config, which then says all the rest; the defaults do not hold for it.",
    253,
    [sshName, "must be a host of your ssh config, like pi-1"],
  ),
  sshUser: text("Who logs in there; default: whom your ssh takes.", 64, [
    /^[A-Za-z_][\w.@+-]*$/,
    "must be a user's name, like admin",
  ]),
  identityFile: text("File of the private key; default: the keys that your ssh offers.", 400, [
    /^(?:\/|~\/|[A-Za-z]:\/)[^"'\\%\p{C}]*[^"'\\%\s\p{C}]$/u,
    "must be an absolute path or one in your home directory, like ~/.ssh/id_ed25519",
  ]),
  proxyJump: text("The host through which SSH goes there.", 330, [
    /^(?:[A-Za-z_][\w.+-]*@)?[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?::[1-9]\d{0,4})?$/,
    "must be one host, like bastion.example.org or me@bastion.example.org:2222; a chain of them belongs in your ssh config",
  ]),
  registry: text(
    "A mirror or pull-through cache of Docker Hub, so that a class fetches its images once. Images that name a registry of their own are fetched from there.",
    2000,
    [
      /^https?:\/\/[^\s@?#"'`\\$\p{C}]+$/u,
      "must be the http(s) URL of a registry, like http://cache.local:5000; a name and a password are given to `docker login`",
    ],
  ),
  imagesFrom: oneOf(
    "Classic stack: who fetches the images, this host once for all machines and labs (host), or each machine's Docker engine (machines).",
    imagePlaces,
  ),
  shared: field(
    z.boolean({ error: "must be true or false" }),
    "true or false",
    "Embedded labs: whether every user of this computer may call the services, and so run programs as the user who made the lab. Left out, only that user and root may, on Linux.",
  ),
  mesosZk: text("Where the masters of a Mesos of your own are elected: the lab joins it.", 1000, [
    /^zk:\/\/[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?::[1-9]\d{0,4})?(?:,[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?::[1-9]\d{0,4})?)*(?:\/[\w.-]+)+$/,
    "must be the URL that its masters were started with, without a name and a password, like zk://10.0.0.11:2181,10.0.0.12:2181/mesos",
  ]),
  service: oneOf("A service.", serviceNames),
  discoveryName: oneOf("A way in which clients find the applications.", discoveryNames),
};

const listRule = "must be a list with at least one entry";
const list = <S extends z.ZodType>(entry: S, rule: string, description: string) =>
  field(z.array(entry, { error: listRule }).min(1, { error: listRule }), rule, description);

/** A mapping; `known` names its keys in the complaint about a value that is none. */
function mapping<S extends z.core.$ZodLooseShape>(shape: S, description: string) {
  const error = `must be a mapping with the keys ${Object.keys(shape).join(", ")}`;
  return field(z.strictObject(shape, { error }), "a mapping", description);
}

const port = (what: string, example: number) => whole(`Port of ${what}.`, 1, 65_535, example).optional();
/** How SSH gets there, for one machine or for all. */
const sshFields = {
  user: fields.sshUser.optional(),
  port: whole("Port of SSH.", 1, 65_535, 22).optional(),
  identityFile: fields.identityFile.optional(),
  proxyJump: fields.proxyJump.optional(),
};
const image = (what: string) =>
  text(`Image of ${what}, instead of the stack's.`, 400, [
    imageReference,
    "must be an image reference, like mesosphere/marathon:v0.15.0",
  ]).optional();

function imageFields(): { [I in ImageName]: ReturnType<typeof image> } {
  const withImage = serviceNames.filter((name) => services[name].images !== undefined);
  const ofServices = withImage.map((name) => [name, image(services[name].called)]);
  return Object.fromEntries([...ofServices, ["tomcat", image("the demo application")]]) as {
    [I in ImageName]: ReturnType<typeof image>;
  };
}

function portFields(): { [P in PortName]: ReturnType<typeof port> } {
  const movable = namedPorts.filter(({ fixed }) => !fixed);
  const entries = movable.map(({ name, usual, of }) => [name, port(of, usual)] as const);
  return Object.fromEntries(entries) as { [P in PortName]: ReturnType<typeof port> };
}

/** In words: `ZooKeeper's 2181`. */
function fixedPorts(): string {
  const named = serviceNames.flatMap((name) => {
    const fixed = services[name].ports.filter((each) => each.fixed).map(({ usual }) => usual);
    return fixed.length === 0 ? [] : [`${services[name].called}'s ${fixed.join(", ")}`];
  });
  return named.join(" and ");
}

/** The lab file. Every key may be left out; src/lab/defaults.ts says what holds then. */
export const labFileSchema = mapping(
  {
    name: fields.name.optional(),
    runsOn: fields.runsOn.optional(),
    shared: fields.shared.optional(),
    stack: fields.stack.optional(),
    provider: fields.provider.optional(),
    emulation: field(
      z.boolean({ error: "must be true or false" }),
      "true or false",
      "libvirt only: let QEMU run the machines in software. Left out, `create` tries whether a guest starts under KVM.",
    ).optional(),
    bootTimeout: fields.bootTimeout.optional(),
    box: mapping(
      {
        name: fields.boxName.optional(),
        version: fields.boxVersion.optional(),
        url: fields.boxUrl.optional(),
      },
      "The Vagrant box of all machines.",
    ).optional(),
    mesos: mapping(
      { zk: fields.mesosZk },
      "A Mesos of your own, which the lab joins: then no machine runs mesos-master or mesos-slave.",
    ).optional(),
    machines: list(
      mapping(
        {
          name: fields.machineName,
          ip: fields.ip,
          memory: fields.memory.optional(),
          cpus: fields.cpus.optional(),
          services: list(
            fields.service,
            `a list of ${serviceNames.join(", ")}; each at most once per machine; over all machines zookeeper, mesos-master, mesos-slave and marathon at least once (with a Mesos of your own zookeeper and marathon only), and an odd number of zookeeper`,
            "What runs on the machine.",
          ),
          ssh: mapping(
            { alias: fields.sshAlias.optional(), host: fields.sshHost.optional(), ...sshFields },
            "How SSH gets to the machine, where the lab runs on hosts.",
          ).optional(),
        },
        "A machine of the lab.",
      ),
      "a list of machines; names and addresses differ",
      "The machines. Given, the list replaces the tutorial's two.",
    ).optional(),
    ssh: mapping(
      sshFields,
      "How SSH gets to the machines, where the lab runs on hosts: defaults for all of them.",
    ).optional(),
    drills: mapping(
      {
        reboot: field(
          z.boolean({ error: "must be true or false" }),
          "true or false",
          "Whether drills may reboot the machines, where the lab runs on hosts.",
        ).optional(),
      },
      "What drills may do.",
    ).optional(),
    discovery: list(
      fields.discoveryName,
      `a list of ${discoveryNames.join(", ")}`,
      "How clients find the applications. A method runs on the machines that list it; one that none lists runs on the first master (haproxy-marathon-bridge on every slave), one that is not in this list nowhere. Left out, the methods that the machines list: in the tutorial's lab bamboo.",
    ).optional(),
    registry: fields.registry.optional(),
    images: mapping(
      { from: fields.imagesFrom.optional(), ...imageFields() },
      "Where images come from, and other images than the stack's.",
    ).optional(),
    ports: mapping(
      portFields(),
      `The ports of the services. Those of one machine differ, also from ${fixedPorts()}. Where Bamboo's HAProxy has port 80, the default of marathonLb is ${portBesideBamboo}.`,
    ).optional(),
  },
  "A lab of machines that run ZooKeeper, Mesos, Marathon and Bamboo.",
);

export type LabFile = z.infer<typeof labFileSchema>;
