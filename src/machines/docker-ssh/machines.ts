import type { Machines } from "../machines.ts";
import { dockerAccess } from "./access.ts";
import { afterAnsible } from "./ansible-at-work.ts";
import { placeArchive } from "./archive.ts";
import { dockerBreaks } from "./breaks.ts";
import { emptying } from "./empty.ts";
import { type Fleet, runOn } from "./fleet.ts";
import { bringPlaybooks, siteInGuest } from "./guest.ts";
import { imagesOnMachines } from "./images.ts";
import { lookAtMachines } from "./look.ts";
import { partsOfMachines } from "./parts.ts";
import { provision, siteOnHost } from "./provision.ts";

/** What any machine with SSH and Docker can do. */
export function dockerSsh(
  fleet: Fleet,
): Required<Pick<Machines, "provision" | "reset" | "access" | "parts" | "breaks">> {
  const { lab } = fleet;
  const on = runOn(fleet);
  const access = dockerAccess(fleet);
  const setUp: Machines["provision"] = (progress, { ansible, untilReady }) => {
    const run = { ...fleet, ...progress, untilReady };
    const { keyOf } = fleet;
    if (ansible === "host" || keyOf === undefined)
      return [provision(run, access.lastLines, () => siteOnHost(run))];
    const keys = { ...run, keyOf };
    return [bringPlaybooks(keys), provision(run, access.lastLines, () => siteInGuest(keys))];
  };
  return {
    provision: setUp,
    reset: (progress, { ansible }) => [
      afterAnsible(fleet.folder, emptying(fleet, progress)),
      ...setUp(progress, { ansible, untilReady: false }),
    ],
    access,
    parts: {
      place: () => placeArchive(fleet),
      look: (signal) => lookAtMachines(lab, on, signal),
      images: (signal) => imagesOnMachines(lab, on, signal),
      bring: (wanted, into) => partsOfMachines(lab, on, wanted, into),
    },
    breaks: dockerBreaks(lab, on),
  };
}
