import { bambooUrl } from "../lab/catalogue/addresses.ts";
import { machinesWith } from "../lab/model.ts";
import { ProbeError } from "../probes/probe-error.ts";
import type { Mover } from "./mover.ts";

/** Lets every Bamboo route to the tasks that an app has now, and to no new ones, until it is released. Only the stand-in can. */
export function holdRoutes(mover: Mover, id: string): Promise<void> {
  return tell(mover, "PUT", id);
}

export function releaseRoutes(mover: Mover, id: string): Promise<void> {
  return tell(mover, "DELETE", id);
}

async function tell({ http, lab, signal }: Mover, method: "PUT" | "DELETE", id: string): Promise<void> {
  await Promise.all(
    machinesWith(lab, "bamboo").map((machine) =>
      http
        .send(method, `${bambooUrl(lab, machine)}/api/held/${encodeURIComponent(id)}`, undefined, { signal })
        .catch((error) => {
          // One that does not answer renders no routes.
          if (!(error instanceof ProbeError)) throw error;
        }),
    ),
  );
}
