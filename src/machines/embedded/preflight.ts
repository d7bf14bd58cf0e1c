import { existsSync } from "node:fs";
import { join } from "node:path";
import { services } from "../../lab/catalogue/index.ts";
import { discoveryOf } from "../../lab/discovery.ts";
import { type Finding, lacking, ok, type Problem } from "../../lab/finding.ts";
import { type Lab, partsOf, type ServiceName } from "../../lab/model.ts";
import { nodeFinding } from "../../preflight/platform.ts";
import { throughProxy } from "../../preflight/proxy.ts";
import { isInstalled } from "../../tools/host.ts";
import { loopbackOf } from "./addresses.ts";

/** The programs of this host without which a service cannot run: those that bind service ports have no built-in proxy. */
const neededBy = (service: ServiceName) => services[service].standIn?.needs ?? [];

/** What an embedded lab has or lacks on this host besides Node. */
export function examineEmbedded(lab: Lab): readonly Finding[] {
  const missing = discoveryOf(lab).flatMap((name) =>
    neededBy(name)
      .filter((program) => !isInstalled(program))
      .map((program) => ({ name, program })),
  );
  const lacks = [...new Set(missing.map(({ program }) => program))].map((program) => {
    const methods = missing.filter((each) => each.program === program).map(({ name }) => name);
    const [need, others] = methods.length === 1 ? ["needs", "it"] : ["need", "them"];
    // Debian puts HAProxy where the shells of most users do not look.
    const folder = ["/usr/local/sbin", "/usr/sbin"].find((each) => existsSync(join(each, program)));
    const [where, remedy] =
      folder === undefined
        ? ["installed", `install ${program} with your package manager (apt-get install ${program})`]
        : ["on the PATH", `PATH="$PATH:${folder}"`];
    return lacking(
      "error",
      program,
      `${program} is not ${where}, and ${methods.join(" and ")} ${need} it in an embedded lab`,
      `${remedy}, or leave ${others} out of discovery`,
    );
  });
  const found = lacks.some(({ subject }) => subject === "haproxy") ? lacks : [proxyFinding(), ...lacks];
  return [
    nodeFinding(process.version),
    ...found,
    ...throughProxy(lab.machines.map(({ ip }) => loopbackOf(ip))),
  ];
}

function proxyFinding(): Finding {
  return ok(
    "HAProxy",
    isInstalled("haproxy")
      ? "carries the lab's traffic"
      : "is not installed: a built-in proxy takes its place",
  );
}

/** Where a system has one loopback address only: what binds the applications' service ports has to be alone on it. */
export function sharedServicePorts(lab: Lab): readonly Problem[] {
  const binding = partsOf(lab).filter(({ service }) => neededBy(service).length > 0);
  const shared = binding.filter(({ machine }, index) =>
    binding.slice(0, index).some((other) => other.machine.ip === machine.ip),
  );
  const [first] = shared;
  if (first === undefined) return [];
  const names = binding.map(({ service, machine }) => `${service} on ${machine.name}`);
  return [
    {
      what: `this system has one loopback address, ${first.machine.ip}, whose service ports ${names.join(" and ")} would share`,
      remedy:
        "give it the machines' addresses (on macOS: sudo ifconfig lo0 alias 127.0.33.18, and so on), or let one of them run only",
    },
  ];
}
