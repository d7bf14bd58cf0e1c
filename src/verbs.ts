import type { CommandText } from "./command-line.ts";
import type { Context } from "./commands/context.ts";
import { drills } from "./drills/catalogue.ts";
import { ansiblePlaces, numberFlag, oneOf, refuseFlags } from "./flags.ts";
import { serviceNames } from "./lab/model.ts";
import { languages } from "./render/lesson/words.ts";

/** The flags that were given, by name, each with its text. */
export type Options = Record<string, unknown>;
/** What a command's work returns: an exit code where it is another program's, else nothing. */
export type Outcome = Promise<number | undefined> | Promise<void>;
type Action = (args: readonly string[], options: Options, context: Context) => Outcome;

/** A command, and what it does. */
export interface Verb extends CommandText {
  readonly action: Action;
}

const which = ["file", "name"] as const;
const describe = [
  ...which,
  ...([
    "runsOn",
    "stack",
    "provider",
    "box",
    "boxVersion",
    "boxUrl",
    "memory",
    "cpus",
    "masters",
    "slaves",
    "masterIp",
    "slaveIp",
    "mesos",
    "discovery",
    "registry",
    "imagesFrom",
    "shared",
  ] as const),
];

/** What `completion` can write for, and where its output goes to last. */
const shells = [
  { name: "bash", help: "in ~/.bashrc: source <(mesos-lab completion bash)" },
  { name: "zsh", help: "in ~/.zshrc, after compinit: source <(mesos-lab completion zsh)" },
  { name: "fish", help: "mesos-lab completion fish >~/.config/fish/completions/mesos-lab.fish" },
  {
    name: "powershell",
    help: "in $PROFILE: mesos-lab completion powershell | Out-String | Invoke-Expression",
  },
] as const;

/** Every command; each loads its own code, so that none pays for the others. */
export const verbs: readonly Verb[] = [
  {
    usage: "create",
    help: "Make the lab: machines, Docker, services; verified at the end",
    flags: [...describe, "bundle", "ansible", "reapply", "profile", "updateLock", "dryRun", "json"],
    example: "mesos-lab create --provider libvirt --stack rehearsal",
    action: async (_, { ansible, ...options }, context) => {
      const place = oneOf("ansible", ansible, ansiblePlaces);
      await (await import("./commands/create/create.ts")).create({ ...options, ...place }, context);
    },
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
    usage: "drill <drill>",
    help: "Break one thing, and measure how long the application is away",
    words: drills,
    flags: [...which, "on", "compare", "repeat", "settle", "deadline", "rate", "json"],
    example: "mesos-lab drill kill-task --compare --repeat 3",
    action: async ([name = ""], { repeat, settle, deadline, rate, ...options }, context) => {
      const numbers = {
        ...numberFlag("repeat", repeat, 1, 1000),
        ...numberFlag("settle", settle, 1, 600),
        ...numberFlag("deadline", deadline, 1, 86_400),
        ...numberFlag("rate", rate, 2, 1000),
      };
      await (await import("./commands/drill.ts")).drillCommand(name, { ...options, ...numbers }, context);
    },
  },
  {
    usage: "lesson [action] [step]",
    help: "Show where you are in the lesson; check, solve or begin anew one of its steps",
    wordsUnless: "web",
    words: [
      { name: "check", help: "tell whether the step is done, and if not, why not" },
      { name: "solve", help: "do the step" },
      { name: "restore", help: "bring the lab to where the step begins" },
      { name: "report", help: "write what was done into a signed file, for the teacher" },
    ],
    flags: [...which, "web", "answer", "student", "teacher", "output", "language", "yes", "json"],
    example: "mesos-lab lesson check rule",
    action: async ([action, step], { web, ...options }, context) => {
      const language = oneOf("language", options.language, languages);
      if (web === true)
        return (await import("./commands/lesson/web.ts")).web(
          [action, step],
          { ...options, ...language },
          context,
        );
      return (await import("./commands/lesson/lesson.ts")).lesson(
        action,
        step,
        { ...options, ...language },
        context,
      );
    },
  },
  {
    usage: "incident <action>",
    help: "Give the lab a hidden fault to be found and mended",
    words: [
      { name: "start", help: "break something, and tell what visitors complain of" },
      { name: "check", help: "tell whether the lab is repaired, and how long it took" },
      { name: "hint", help: "help a little; each time a little more" },
      { name: "reveal", help: "tell what is wrong, and one way to mend it" },
    ],
    flags: [...which, "seed", "level", "language", "yes", "json"],
    example: "mesos-lab incident start --level 2",
    action: async ([action = ""], { seed, level, ...options }, context) => {
      const numbers = { ...numberFlag("seed", seed, 0, 999_999_999), ...numberFlag("level", level, 1, 3) };
      const language = oneOf("language", options.language, languages);
      return (await import("./commands/incident.ts")).incident(
        action,
        { ...options, ...numbers, ...language },
        context,
      );
    },
  },
  {
    usage: "class <action> [...files]",
    help: "Show what a class has done, from the reports of its students",
    words: [{ name: "report", help: "a table of the reports: mesos-lab class report *.json" }],
    flags: ["key", "csv", "html", "json"],
    example: "mesos-lab class report *.json --html >class.html",
    action: async ([, ...files], options, context) =>
      (await import("./commands/class.ts")).classReport(files, options, context),
  },
  {
    usage: "watch [recording]",
    help: "Show the lab in a browser as it lives, until Ctrl-C; or make a page of what was recorded",
    flags: [...which, "plain", "record", "output", "language", "yes"],
    example: "mesos-lab watch --record monday.jsonl",
    action: async ([recording], options, context) => {
      if (recording !== undefined) {
        refuseFlags(options, [...which, "record", "language"], "goes with a lab, not with a recording");
        return (await import("./commands/watch/replay.ts")).replay(recording, options, context);
      }
      refuseFlags(options, ["output"], "goes with a recording: watch <recording> --output <file>");
      const language = oneOf("language", options.language, languages);
      return (await import("./commands/watch/watch.ts")).watch({ ...options, ...language }, context);
    },
  },
  {
    usage: "events",
    help: "Tell what becomes of the lab as it happens, a line each, until Ctrl-C",
    flags: [...which, "language", "json"],
    example: "mesos-lab events --json",
    action: async (_, options, context) => {
      const language = oneOf("language", options.language, languages);
      return (await import("./commands/watch/events.ts")).events({ ...options, ...language }, context);
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
      (await import("./commands/ssh.ts")).ssh(machine, command, options),
  },
  {
    usage: "logs <service>",
    help: "Show what a service has printed",
    usualWords: serviceNames,
    flags: [...which, "follow", "tail"],
    example: "mesos-lab logs marathon -f",
    action: async ([service = ""], options) => {
      numberFlag("tail", options.tail, 0, 999_999_999);
      return (await import("./commands/logs.ts")).logs(service, options);
    },
  },
  {
    usage: "halt",
    help: "Shut the machines down",
    flags: [...which, "json"],
    action: async (_, options, context) => (await import("./commands/halt.ts")).halt(options, context),
  },
  {
    usage: "up",
    help: "Start the machines again and wait until everything works",
    flags: [...which, "json"],
    action: async (_, options, context) => (await import("./commands/up.ts")).up(options, context),
  },
  {
    usage: "reset",
    help: "Bring the lab back to what create left, verified: no applications, rules and tasks",
    flags: [...which, "json"],
    action: async (_, options, context) =>
      (await import("./commands/create/reset.ts")).reset(options, context),
  },
  {
    usage: "destroy",
    help: "Remove the machines and everything made for the lab",
    flags: [...which, "withDocker", "forget", "yes", "json"],
    action: async (_, options, context) => (await import("./commands/destroy.ts")).destroy(options, context),
  },
  {
    usage: "images <action>",
    help: "Fetch the classic stack's images or build the rehearsal stack's, list them, remove unused ones",
    words: [
      { name: "fetch", help: "fetch the classic stack's images from their registry, once, for all machines" },
      {
        name: "build",
        help: "make the rehearsal stack's from Debian packages (as root on Debian or Ubuntu)",
      },
      { name: "list", help: "list the images that are here" },
      { name: "prune", help: "remove the fetched images that the lab here does not use" },
    ],
    flags: [...which, "stack", "discovery", "registry", "output", "yes", "json"],
    example: "mesos-lab images fetch --registry http://cache.local:5000",
    action: async ([action = ""], options, context) =>
      (await import("./commands/images.ts")).imagesCommand(action, options, context),
  },
  {
    usage: "box <action>",
    help: "Make a Vagrant box for libvirt",
    words: [{ name: "build", help: "make it from Debian packages (as root on Debian or Ubuntu)" }],
    flags: ["withImages", "output", "json"],
    example: "mesos-lab box build --with-images",
    action: async (_, options, context) =>
      (await import("./commands/images.ts")).boxCommand(options, context),
  },
  {
    usage: "bundle <action> <path>",
    help: "Pack all that a lab is made of into one file, for hosts without a network",
    words: [{ name: "save", help: "write the file: mesos-lab bundle save lab.bundle" }],
    flags: [...describe, "yes", "json"],
    example: "mesos-lab bundle save lab.bundle",
    action: async ([, path = ""], options, context) =>
      (await import("./commands/bundle.ts")).bundleCommand(path, options, context),
  },
  {
    usage: "completion <shell>",
    help: "Print a script with which the shell completes commands and flags",
    words: shells,
    flags: [],
    example: "source <(mesos-lab completion bash)",
    action: async ([shell = ""], _, context) =>
      (await import("./commands/completion/completion.ts")).completion(shell, verbs, context),
  },
];
