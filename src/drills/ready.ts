import { addressOfApp, hostPortsOf } from "../demo/app.ts";
import { findApp } from "../demo/services.ts";
import { type WayIn, waysIn } from "../demo/ways-in.ts";
import { LabError } from "../errors.ts";
import { labAddress } from "../probes/context.ts";
import { unserved, visitorsMs } from "./ask-alone.ts";
import type { DrillClock } from "./clock.ts";
import type { DrillOptions } from "./options.ts";

/** A lab that may be broken. */
export interface Before {
  readonly ways: readonly WayIn[];
  /** The `host:port`s of the app. */
  readonly before: readonly string[];
}

/** @throws LabError `verify` unless every way that is to be sampled serves the page, so that what is measured is the break. */
export async function precheck(options: DrillOptions, { now }: DrillClock): Promise<Before> {
  const { http, at, lab, appId, signal } = options;
  const app = await findApp(http, at.marathon, appId, signal);
  const all =
    app === undefined
      ? []
      : waysIn(lab, addressOfApp(appId, app), { addressOf: labAddress, signal, now }).filter(
          ({ twin }) => !twin,
        );
  const ways = options.compare ? all : all.slice(0, 1);
  if (app === undefined || ways.length === 0)
    throw notServed(app === undefined ? "Marathon does not run it" : "no way of discovery leads to it");
  const seen = await Promise.all(ways.map((way) => unserved(way, options, visitorsMs)));
  const faults = seen.filter((each) => each !== undefined);
  if (faults.length > 0) throw notServed(...faults);
  return { ways, before: hostPortsOf(app) };
}

function notServed(...details: readonly string[]): LabError {
  return new LabError("demo-not-served", "the demo is not served", {
    details,
    remedy: ["npx mesos-lab demo"],
  });
}
