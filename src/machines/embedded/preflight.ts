import { existsSync } from "node:fs";
import { join } from "node:path";
import { discoveryOf } from "../../lab/discovery.ts";
import { type Lab, partsOf, type ServiceName } from "../../lab/model.ts";
import { type Finding, lacking, ok } from "../../preflight/finding.ts";
import type { Problem } from "../../preflight/problem.ts";
import { isInstalled } from "../../tools/host.ts";

/** The methods that bind service ports, for which there is no built-in proxy: the programs of this host that they run. */
const needed: Partial<Record<ServiceName, readonly string[]>> = {
  "marathon-lb": ["haproxy"],
  "haproxy-marathon-bridge": ["haproxy", "curl"],
};

/** What an embedded lab has or lacks on this host besides Node. */
export function embeddedFindings(lab: Lab): readonly Finding[] {
  const missing = discoveryOf(lab).flatMap((name) =>
    (needed[name] ?? []).filter((program) => !isInstalled(program)).map((program) => ({ name, program })),
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
  return lacks.some(({ subject }) => subject === "haproxy") ? lacks : [proxyFinding(), ...lacks];
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
  const binding = partsOf(lab).filter(({ service }) => needed[service] !== undefined);
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
