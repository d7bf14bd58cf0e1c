import { LabError } from "../errors.ts";
import { effective } from "../lab/catalogue/container.ts";
import { catalogue } from "../lab/catalogue/index.ts";
import { partsOf, serviceNames } from "../lab/model.ts";
import { suggestion } from "../lab/problems.ts";
import { machinesOf } from "../machines/index.ts";
import { type LabOptions, madeLab } from "./context.ts";

export interface LogsOptions extends LabOptions {
  readonly follow?: boolean;
  readonly tail?: string;
}

/** `logs <service> [-f]`: what a service has printed; returns the exit code of what shows it. */
export async function logs(service: string, options: LogsOptions): Promise<number> {
  const { follow, tail, ...which } = options;
  const made = madeLab(which);
  const parts = partsOf(made.lab);
  const part =
    parts.find((each) => each.service === service) ??
    catalogue(made.lab).find((each) => effective(each).name === service);
  if (part === undefined)
    throw new LabError(
      "service-unknown",
      `there is no service "${service}", ${suggestion(service, serviceNames)}`,
      {
        remedy: [...new Set(parts.map((each) => `npx mesos-lab logs ${each.service}`))],
      },
    );
  const { access } = machinesOf(made.lab, made.folder);
  return access.logs(part, { follow: follow ?? false, tail: tail ?? "200" });
}
