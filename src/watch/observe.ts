import type { Lab } from "../lab/model.ts";
import { machinesOf } from "../machines/index.ts";
import { openHttp } from "../probes/http.ts";
import type { Language } from "../render/lesson/words.ts";
import type { LabFolder } from "../tools/lab-folder.ts";
import type { Hub } from "./hub.ts";
import { claimsLook } from "./looks/claims.ts";
import { labLook, machinesLook } from "./looks/lab.ts";
import { keepLooking, type Place } from "./looks/look.ts";
import { newsLook } from "./looks/news.ts";
import { routesLook } from "./looks/routes.ts";
import { tasksLook } from "./looks/tasks.ts";

/** How often each is looked at, in milliseconds: machines bear less than processes of this host. */
const paces = {
  local: { tasks: 500, routes: 1_000, claims: 2_000, machines: 2_000 },
  remote: { tasks: 1_000, routes: 2_000, claims: 5_000, machines: 30_000 },
} as const;

export interface Observed {
  readonly lab: Lab;
  readonly folder: LabFolder;
  readonly language: Language;
  readonly signal: AbortSignal;
}

/** Looks at a lab in every way there is until the signal ends it, and tells what is new. Nothing that the lab does ends it. */
export async function observe({ lab: made, folder, language, signal }: Observed, hub: Hub): Promise<void> {
  const http = openHttp();
  const lab = () => folder.recordedIfWhole() ?? made;
  const place: Place = { hub, http, folder, lab, machines: () => machinesOf(lab(), folder) };
  const { local } = place.machines().breaks;
  const pace = paces[local ? "local" : "remote"];
  // Whoever works on machines, or measures them, is not to be held up.
  const rests = () => !local && folder.holder() !== undefined;
  const looks = [
    labLook(place, language),
    tasksLook(place, pace.tasks),
    routesLook(place, pace.routes),
    newsLook(place),
    claimsLook(place, pace.claims, rests),
    machinesLook(place, pace.machines, rests),
  ];
  try {
    await Promise.all(looks.map((look) => keepLooking(look, hub, signal)));
  } finally {
    await http.close();
  }
}
