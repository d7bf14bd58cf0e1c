import { type CAC, cac } from "cac";
import type { Context } from "./commands/context.ts";
import { exitCodes, LabError } from "./errors.ts";
import { suggestion } from "./lab/problems.ts";

type Options = Record<string, unknown>;
/** What a command's work returns: an exit code where it is another program's, else nothing. */
type Outcome = Promise<number | undefined> | Promise<void>;
type Action = (args: readonly string[], options: Options, context: Context) => Outcome;

interface Verb {
  /** As cac writes it: `ssh <machine>`. */
  readonly usage: string;
  readonly help: string;
  readonly flags: readonly (keyof typeof flags)[];
  readonly example?: string;
  readonly action: Action;
}

// Declared a list, so that a flag that is given twice can be told from one that is given once.
const text = { type: [String] as [typeof String] };

const flags = {
  file: ["--file <path>", "Lab file (default: mesos-lab.yaml where there is one)", text],
  name: ["--name <lab>", "Name of the lab, and of its folder below generated/", text],
  machines: ["--machines <kind>", "auto, vagrant, or embedded (no machines: processes on loopback)", text],
  stack: ["--stack <stack>", "classic (the tutorial's images) or rehearsal (images made by this tool)", text],
  provider: ["--provider <provider>", "virtualbox, libvirt, vmware_desktop or parallels", text],
  box: ["--box <name>", "Vagrant box of all machines", text],
  boxVersion: ["--box-version <version>", "Version of the box", text],
  boxUrl: ["--box-url <url>", "Where to fetch the box from", text],
  memory: ["--memory <MiB>", "Memory of each machine", text],
  cpus: ["--cpus <count>", "Processors of each machine", text],
  masterIp: ["--master-ip <ip>", "Address of the master", text],
  slaveIp: ["--slave-ip <ip>", "Address of the first slave", text],
  discovery: [
    "--discovery <method>",
    "bamboo (default), mesos-dns, marathon-lb or haproxy-marathon-bridge; may be repeated",
    text,
  ],
  timeout: ["--timeout <seconds>", "How long a claim may take to become true (default: 10)", text],
  tail: ["--tail <lines>", "How many of the last lines to show (default: 200)", text],
  output: ["--output <file>", "Where to write the result", text],
  app: ["--app <file>", "JSON of an app of your own, instead of the tutorial's Tomcat", text],
  acl: ["--acl <acl>", "Which requests go to the app (default: path_beg -i /)", text],
  remove: ["--remove", "Take the app and its rule away again", {}],
  compare: ["--compare", "Measure every way in of the lab at once, side by side", {}],
  repeat: ["--repeat <times>", "Do it so often, and tell min, median and max", text],
  settle: ["--settle <seconds>", "A page that answers so long without a miss is back (default: 5)", text],
  deadline: ["--deadline <seconds>", "How long the lab may take to recover (default: 300)", text],
  rate: ["--rate <per second>", "Requests a second for each way in, 50 or more (10 with --compare)", text],
  follow: ["-f, --follow", "Keep showing what is printed", {}],
  dryRun: ["--dry-run", "Print the commands that would run, and run none", {}],
  withImages: ["--with-images", "Put the rehearsal images into the box", {}],
  updateLock: ["--update-lock", "Write mesos-lab.lock anew instead of holding the lab to it", {}],
  bundle: ["--bundle <file>", "Make the lab of what `bundle save` packed, without a network", text],
  fix: ["--fix", "Show what the package manager can install against it, ask, and install it", {}],
  yes: ["--yes", "Do not ask", {}],
  json: ["--json", "One JSON object a line on stdout", {}],
} as const;

/** Flags that may be given several times: their value is a list. */
const repeatable: readonly string[] = ["discovery"];

const which = ["file", "name"] as const;
const describe = [
  ...which,
  ...([
    "machines",
    "stack",
    "provider",
    "box",
    "boxVersion",
    "boxUrl",
    "memory",
    "cpus",
    "masterIp",
    "slaveIp",
    "discovery",
  ] as const),
];

const verbs: readonly Verb[] = [
  {
    usage: "create",
    help: "Make the lab: machines, Docker, services; verified at the end",
    flags: [...describe, "bundle", "updateLock", "dryRun", "json"],
    example: "mesos-lab create --provider libvirt --stack rehearsal",
    action: async (_, options, context) => (await import("./commands/create.ts")).create(options, context),
  },
  {
    usage: "doctor",
    help: "Tell whether this host can make the lab, and what to do where it cannot",
    flags: [...describe, "fix", "yes", "json"],
    action: async (_, options, context) => (await import("./commands/doctor.ts")).doctor(options, context),
  },
  {
    usage: "render",
    help: "Write the lab's Vagrantfile and playbooks, and do nothing else",
    flags: [...describe, "json"],
    action: async (_, options, context) => (await import("./commands/render.ts")).render(options, context),
  },
  {
    usage: "verify",
    help: "Check over the network that everything works",
    flags: [...which, "timeout", "json"],
    action: async (_, { timeout, ...options }, context) => {
      const seconds = numberFlag("timeout", timeout, 1, 86_400);
      await (await import("./commands/verify.ts")).verifyCommand({ ...options, ...seconds }, context);
    },
  },
  {
    usage: "status",
    help: "Show the machines and what the services answer",
    flags: [...which, "json"],
    action: async (_, options, context) => (await import("./commands/status.ts")).status(options, context),
  },
  {
    usage: "demo",
    help: "Deploy Tomcat, let HAProxy serve it, and visit it",
    flags: [...which, "app", "acl", "remove", "json"],
    example: "mesos-lab demo --app my-app.json --acl 'hdr(host) -i my.example'",
    action: async (_, options, context) => (await import("./commands/demo.ts")).demo(options, context),
  },
  {
    usage: "drill <name>",
    help: "Break one thing, and measure how long nobody is served",
    flags: [...which, "compare", "repeat", "settle", "deadline", "rate", "json"],
    example: "mesos-lab drill kill-task --compare --repeat 3",
    action: async ([name = ""], { repeat, settle, deadline, rate, ...options }, context) => {
      const numbers = {
        ...numberFlag("repeat", repeat, 1, 1000),
        ...numberFlag("settle", settle, 1, 600),
        ...numberFlag("deadline", deadline, 1, 86_400),
        // Lanes of a comparison share what the machines can bear.
        ...numberFlag("rate", rate, options.compare === true ? 10 : 50, 1000),
      };
      await (await import("./commands/drill.ts")).drillCommand(name, { ...options, ...numbers }, context);
    },
  },
  {
    usage: "dig <name> [type]",
    help: "Ask the lab's Mesos-DNS for a name: its addresses (A) or its hosts and ports (SRV)",
    flags: [...which, "json"],
    example: "mesos-lab dig _tomcat._tcp.marathon.mesos",
    action: async ([name = "", type], options, context) =>
      (await import("./commands/dig.ts")).dig(name, type, options, context),
  },
  {
    usage: "ssh <machine> [...command]",
    help: "Open a shell on a machine, or run one command there (after --)",
    flags: which,
    example: "mesos-lab ssh slave -- docker ps",
    action: async ([machine = "", ...command], options) =>
      (await import("./commands/machines.ts")).sshCommand(machine, command, options),
  },
  {
    usage: "logs <service>",
    help: "Show what a service has printed",
    flags: [...which, "follow", "tail"],
    example: "mesos-lab logs marathon -f",
    action: async ([service = ""], options) => {
      numberFlag("tail", options.tail, 0, 999_999_999);
      return (await import("./commands/machines.ts")).logs(service, options);
    },
  },
  {
    usage: "halt",
    help: "Shut the machines down",
    flags: [...which, "json"],
    action: async (_, options, context) => (await import("./commands/machines.ts")).halt(options, context),
  },
  {
    usage: "up",
    help: "Start the machines again and wait until everything works",
    flags: [...which, "json"],
    action: async (_, options, context) => (await import("./commands/machines.ts")).up(options, context),
  },
  {
    usage: "destroy",
    help: "Remove the machines and everything made for the lab",
    flags: [...which, "json"],
    action: async (_, options, context) => (await import("./commands/machines.ts")).destroy(options, context),
  },
  {
    usage: "images <action>",
    help: "build or list the rehearsal stack's images (build: as root on Debian or Ubuntu)",
    flags: ["json"],
    example: "mesos-lab images build",
    action: async ([action = ""], _, context) =>
      (await import("./commands/build.ts")).imagesCommand(action, context),
  },
  {
    usage: "box <action>",
    help: "build a libvirt box from Debian packages (as root on Debian or Ubuntu)",
    flags: ["withImages", "output", "json"],
    example: "mesos-lab box build --with-images",
    action: async ([action = ""], options, context) =>
      (await import("./commands/build.ts")).boxCommand(action, options, context),
  },
  {
    usage: "bundle <action> <path>",
    help: "save all that a lab is made of in one file, for hosts without a network",
    flags: [...describe, "yes", "json"],
    example: "mesos-lab bundle save lab.bundle",
    action: async ([action = "", path = ""], options, context) =>
      (await import("./commands/bundle.ts")).bundleCommand(action, path, options, context),
  },
];

/** The parsed command line: which verb, with what; undefined where help or the version was printed. */
export interface Invocation {
  readonly json: boolean;
  readonly run: (context: Context) => Outcome;
}

/** @throws LabError `usage` for an unknown command or a wrong flag. */
export function parseCommandLine(argv: readonly string[], version: string): Invocation | undefined {
  const cli = cac("mesos-lab");
  let invocation: Invocation | undefined;
  for (const verb of verbs) {
    declare(cli, verb, (args, options) => {
      invocation = {
        json: options.json === true,
        run: (context) => verb.action(args, options, context),
      };
    });
  }
  cli.help();
  cli.version(version);
  try {
    cli.parse(markValues(argv), { run: false });
    if (cli.options.help || cli.options.version) return undefined;
    if (cli.matchedCommand === undefined) throw unknownCommand(cli);
    cli.runMatchedCommand();
  } catch (error) {
    // cac does not export the class of its errors.
    if (error instanceof Error && error.name === "CACError") throw usageError(error.message);
    throw error;
  }
  return invocation;
}

/**
 * No argument can hold this character. Before a value it keeps cac from reading 007, 1e3 or the version 4.10
 * as a number, and tells a value from the `true` that cac gives a flag without one.
 */
const mark = "\0";

const valueFlags = new Set(
  Object.entries(flags).flatMap(([name, [usage]]) =>
    usage.includes("<") ? [`--${name}`, `--${kebab(name)}`] : [],
  ),
);

function markValues(argv: readonly string[]): string[] {
  const own = argv.includes("--") ? argv.indexOf("--") : argv.length;
  return argv.map((word, index) => {
    if (index >= own) return word;
    const [, flag = "", value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    if (valueFlags.has(flag)) return `${flag}=${mark}${value}`;
    const isValue = valueFlags.has(argv[index - 1] ?? "") && !word.startsWith("-");
    return isValue ? mark + word : word;
  });
}

function declare(cli: CAC, verb: Verb, run: (args: readonly string[], options: Options) => void): void {
  const command = cli.command(verb.usage, verb.help);
  for (const flag of verb.flags) command.option(...(flags[flag] as unknown as [string, string]));
  if (verb.example !== undefined) command.example(verb.example);
  command.action((...parts: unknown[]) => {
    const raw = parts.pop() as Options;
    const args = parts
      .flat()
      .filter((part) => part !== undefined)
      .map(String);
    const rest = Array.isArray(raw["--"]) ? (raw["--"] as unknown[]).map(String) : [];
    run([...args, ...rest], chosenFlags(verb, raw));
  });
}

/** The verb's own flags with one value each. */
function chosenFlags(verb: Verb, raw: Options): Options {
  return Object.fromEntries(
    verb.flags.flatMap((name): [string, unknown][] => {
      const value = raw[name];
      if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
      if (!Array.isArray(value)) return [[name, value]];
      if (value.length > 1 && !repeatable.includes(name))
        throw usageError(`--${kebab(name)} is given ${value.length} times`);
      const given = (value as string[]).map((each) => {
        if (!each.startsWith(mark)) throw usageError(`--${kebab(name)} needs a value`);
        return each.slice(mark.length);
      });
      return [[name, repeatable.includes(name) ? given : given[0]]];
    }),
  );
}

function unknownCommand(cli: CAC): LabError {
  const [given] = cli.args;
  const names = verbs.map(({ usage }) => usage.split(" ")[0] ?? "");
  return given === undefined
    ? usageError("no command is given", ["npx mesos-lab create", "npx mesos-lab --help"])
    : usageError(`there is no command "${given}", ${suggestion(given, names)}`);
}

/** A flag's value as a whole number within bounds, under the flag's name; nothing where it is not given. */
function numberFlag(flag: string, value: unknown, min: number, max: number): Record<string, number> {
  if (value === undefined) return {};
  const number = /^\d{1,9}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return { [flag]: number };
  throw usageError(`--${flag} ${value}: must be a whole number from ${min} to ${max}`);
}

function usageError(message: string, remedy: readonly string[] = ["npx mesos-lab --help"]): LabError {
  return new LabError(message, { exitCode: exitCodes.usage, remedy });
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
