import { bambooUrl } from "../../lab/catalogue/addresses.ts";
import { demoAcl, tomcatApp } from "../../lab/demo.ts";
import { type Lab, machinesWith } from "../../lab/model.ts";
import { placeOf } from "../../render/lesson/place.ts";
import { randomNumbers } from "../../tools/random-numbers.ts";
import type { Fault, Level, Scene } from "./fault.ts";
import { faultsUpTo } from "./faults.ts";

const victims = ["/shop", "/wiki", "/portal", "/tickets"];
/** Before all victims in the order of names, and after them. */
const bystanders = [
  ["/archive", "/statistics"],
  ["/backup", "/thumbnails"],
  ["/accounts", "/timetable"],
];

/** What a seed means in a lab: always the same fault at the same place. */
export function chosen(
  lab: Lab,
  seed: number,
  level: Level,
): { readonly fault: Fault; readonly scene: Scene } {
  const next = randomNumbers(seed);
  const fault = oneOf(faultsUpTo(level), next());
  const victim = oneOf(victims, next());
  const { marathon, bamboo = "", haproxy = "" } = placeOf(lab);
  const [machine] = machinesWith(lab, "bamboo");
  return {
    fault,
    scene: {
      ...{ victim, marathon, bamboo, haproxy, bystanders: oneOf(bystanders, next()) },
      app: { ...tomcatApp(lab), id: victim },
      rule: { id: victim, acl: demoAcl },
      callback: machine === undefined ? "" : `${bambooUrl(lab, machine)}/api/marathon/event_callback`,
    },
  };
}

function oneOf<T>(all: readonly T[], number: number): T {
  return all[Math.floor(number * all.length)] as T;
}
