import { LabError } from "./errors.ts";
import { discoveryNames, imagePlaces, providerNames, runsOnNames, stackNames } from "./lab/model.ts";
import { suggestion } from "./lab/problems.ts";
import { languages } from "./render/lesson/words.ts";

// Declared a list, so that a flag that is given twice can be told from one that is given once.
const text = { type: [String] as [typeof String] };

/** Every flag: as cac writes it, its help, and whether it takes text. */
export const flags = {
  file: ["--file <path>", "Lab file (default: mesos-lab.yaml where there is one)", text],
  name: ["--name <lab>", "Name of the lab, and of its folder below generated/", text],
  runsOn: [
    "--runs-on <where>",
    "auto, vagrant, hosts (machines you have, over SSH), or embedded (processes on loopback)",
    text,
  ],
  stack: ["--stack <stack>", "classic (the tutorial's images) or rehearsal (images made by this tool)", text],
  provider: ["--provider <provider>", "virtualbox, libvirt, vmware_desktop or parallels", text],
  box: ["--box <name>", "Vagrant box of all machines", text],
  boxVersion: ["--box-version <version>", "Version of the box", text],
  boxUrl: ["--box-url <url>", "Where to fetch the box from", text],
  memory: ["--memory <MiB>", "Memory of each machine", text],
  cpus: ["--cpus <count>", "Processors of each machine", text],
  masters: ["--masters <count>", "How many masters: 1, 3 or 5 (default: as the lab file lists them)", text],
  slaves: ["--slaves <count>", "How many slaves: a lab that is there grows or shrinks to it", text],
  masterIp: ["--master-ip <ip>", "Address of the master", text],
  slaveIp: ["--slave-ip <ip>", "Address of the first slave", text],
  mesos: [
    "--mesos <zk-url>",
    "Join the Mesos elected there, like zk://10.0.0.11:2181/mesos, and make none",
    text,
  ],
  discovery: [
    "--discovery <method>",
    "bamboo (default), mesos-dns, marathon-lb or haproxy-marathon-bridge; may be repeated",
    text,
  ],
  registry: ["--registry <url>", "A mirror or cache of Docker Hub to fetch images from", text],
  imagesFrom: [
    "--images-from <place>",
    "host (fetched once, for all machines) or machines (each pulls)",
    text,
  ],
  shared: ["--shared", "Embedded lab: let every user of this computer call its services", {}],
  timeout: ["--timeout <seconds>", "How long a claim may take to become true (default: 10)", text],
  tail: ["--tail <lines>", "How many of the last lines to show (default: 200)", text],
  output: ["--output <file>", "Where to write the result", text],
  app: ["--app <file>", "JSON of an app of your own, instead of the tutorial's Tomcat", text],
  acl: ["--acl <acl>", "Which requests go to the app (default: path_beg -i /)", text],
  remove: ["--remove", "Take the app and its rule away again", {}],
  compare: ["--compare", "Measure every way in of the lab at once, side by side", {}],
  repeat: ["--repeat <times>", "Run the drill this many times, and show minimum, median and maximum", text],
  settle: [
    "--settle <seconds>",
    "Seconds without a failed request until the page counts as back (default: 5)",
    text,
  ],
  deadline: ["--deadline <seconds>", "How long the lab may take to recover (default: 300)", text],
  rate: [
    "--rate <per second>",
    "Most requests a second for each way in, at least 2 (default: 50; several ways in of machines share them)",
    text,
  ],
  on: ["--on <machine>", "Where to break one of several (default: where the leader is)", text],
  follow: ["-f, --follow", "Keep showing what is printed", {}],
  dryRun: ["--dry-run", "Print the commands that would run, and run none", {}],
  withImages: ["--with-images", "Put the rehearsal images into the box", {}],
  ansible: ["--ansible <place>", "host or guest (inside a machine): where the playbooks run", text],
  reapply: ["--reapply", "Run Ansible even where nothing has changed since the last create", {}],
  profile: ["--profile", "Tell at the end what the time was spent on, also as a page in reports/", {}],
  updateLock: ["--update-lock", "Write mesos-lab.lock anew instead of holding the lab to it", {}],
  bundle: ["--bundle <file>", "Make the lab of what `bundle save` packed, without a network", text],
  fix: ["--fix", "Show what the package manager can install against it, ask, and install it", {}],
  withDocker: ["--with-docker", "On hosts: remove Docker too, where the lab installed it", {}],
  forget: ["--forget <machine>", "On hosts: give up one that is gone for ever; may be repeated", text],
  seed: [
    "--seed <number>",
    "Which fault and where: the same number is the same incident (default: by chance)",
    text,
  ],
  level: ["--level <1-3>", "How hard the fault may be to find: 1 to 3 (default: 1)", text],
  answer: ["--answer <text>", "What you answer to the question of a step", text],
  student: ["--student <name>", "Whose report it is (default: your name on this computer)", text],
  teacher: ["--teacher <file>", "The teacher's public key: nobody else can read the report then", text],
  key: ["--key <file>", "The teacher's private key, for reports that are sealed to it", text],
  csv: ["--csv", "Print the table for a spreadsheet", {}],
  html: ["--html", "Print the table as a page of its own", {}],
  language: ["--language <language>", "en or zh (default: the language of your shell)", text],
  web: ["--web", "Show the lesson on a page in the browser, as watch does, until Ctrl-C", {}],
  record: ["--record <file>", "While watching, write the events to a file: watch <file> replays them", text],
  plain: ["--plain", "Lines in the terminal instead of a page", {}],
  yes: ["--yes", "Do not ask", {}],
  json: ["--json", "One JSON object a line on stdout", {}],
} as const;

/** Where the playbooks can run. */
export const ansiblePlaces = ["host", "guest"] as const;

/** The values of the flags that can have only some. */
export const flagWords: Partial<Record<keyof typeof flags, readonly string[]>> = {
  runsOn: ["auto", ...runsOnNames],
  stack: stackNames,
  provider: providerNames,
  discovery: discoveryNames,
  ansible: ansiblePlaces,
  imagesFrom: imagePlaces,
  language: languages,
};

/** Flags that may be given several times: their value is a list. */
export const repeatable: readonly string[] = ["discovery", "forget"];

/** A flag's value as a whole number within bounds, under the flag's name; nothing where it is not given. */
export function numberFlag(flag: string, value: unknown, min: number, max: number): Record<string, number> {
  if (value === undefined) return {};
  const number = /^\d{1,9}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return { [flag]: number };
  throw usageError(`--${flag} ${value}: must be a whole number from ${min} to ${max}`);
}

/** A flag's value as one of some words, under the flag's name; nothing where it is not given. */
export function oneOf<W extends string>(
  flag: string,
  value: unknown,
  words: readonly W[],
): Record<string, W> {
  const word = words.find((each) => each === value);
  if (value === undefined || word !== undefined) return word === undefined ? {} : { [flag]: word };
  throw usageError(`--${flag} ${value}: ${suggestion(String(value), words)}`);
}

/** @throws LabError `usage` where one of the flags is given that has no meaning here. */
export function refuseFlags(
  options: Readonly<Record<string, unknown>>,
  names: readonly string[],
  why: string,
): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given !== undefined)
    throw new LabError("flag-does-not-fit", `--${kebab(given)} ${why}`, { remedy: ["leave the flag out"] });
}

/** A mistake on the command line. */
export function usageError(message: string, remedy: readonly string[] = ["npx mesos-lab --help"]): LabError {
  return new LabError("wrong-command-line", message, { remedy });
}

/** A flag as it is typed: `boxVersion` is `--box-version`. */
export function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
