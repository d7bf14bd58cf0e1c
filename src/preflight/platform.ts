import semver from "semver";
import { type Finding, lacking, ok } from "../lab/finding.ts";
import type { Lab } from "../lab/model.ts";

/** The processor that the images are for. `architecture` in Node's words. */
export function architectureFinding(lab: Lab, architecture: string): Finding {
  if (architecture === "x64") return ok("processor", "amd64, for which the images are made");
  if (lab.stack === "rehearsal")
    return lacking(
      "warn",
      "processor",
      `${architecture}: the rehearsal images have been tried on amd64 only`,
      "npx mesos-lab create, and tell what happens",
    );
  return lacking(
    "error",
    "processor",
    `the tutorial's images exist for amd64 only and this is ${architecture}`,
    "npx mesos-lab create --stack rehearsal",
  );
}

/** @param version Node's own, as `process.version` has it. */
export function nodeFinding(version: string): Finding {
  return semver.satisfies(version, ">=20.19")
    ? ok("Node.js", version)
    : lacking("warn", "Node.js", `${version} is too old, 20.19 is needed`, "install a newer one: nodejs.org");
}
