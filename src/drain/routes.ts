import { type AppState, addressOfApp } from "../demo/app.ts";
import { routedBy } from "../demo/routed.ts";
import { isNamedAfter } from "../demo/server-names.ts";
import { type WayIn, waysIn } from "../demo/ways-in.ts";
import { LabError } from "../errors.ts";
import { discoveryOf } from "../lab/discovery.ts";
import { type Lab, machinesWith } from "../lab/model.ts";
import { labAddress } from "../probes/context.ts";
import { waitFor } from "../probes/wait.ts";
import { releaseRoutes } from "./held.ts";
import type { Mover } from "./mover.ts";

/** Where a task is: `host:port`. */
export type Place = string;

/** The bridge looks once a minute, and Mesos-DNS keeps what it knows for as long. */
const knownLimitMs = 180_000;
const answerMs = 2_000;
/** Marathon tells whoever was late once nothing for a while: a Bamboo that has missed an event is made to look this often. */
const lookAgainMs = 10_000;

/**
 * Every place that routes to an app: of several balancers of one method each, as all of them have clients.
 * @param lab as it will be: what leaves routes for nobody.
 */
export function routersOf(lab: Lab, id: string, app: AppState, signal: AbortSignal): readonly WayIn[] {
  const options = { addressOf: labAddress, signal, now: () => performance.now() };
  const alone = discoveryOf(lab).flatMap((method) =>
    machinesWith(lab, method).map((machine) => ({
      ...lab,
      machines: lab.machines.map((other) =>
        other.name === machine.name
          ? { ...other, services: [method] }
          : {
              ...other,
              services: other.services.filter((service) => service !== method && !isMethod(service)),
            },
      ),
    })),
  );
  return alone.flatMap((one) => waysIn(one, addressOfApp(id, app), options)).filter(({ shown }) => shown);
}

function isMethod(service: string): boolean {
  return !["zookeeper", "mesos-master", "mesos-slave", "marathon"].includes(service);
}

/**
 * Waits until everything that routes to an app's old tasks also routes to the new ones, or to none of the old ones any more.
 * @throws LabError `verify` with what it routes to instead.
 */
export async function untilRouted(
  mover: Mover,
  id: string,
  routers: readonly WayIn[],
  wanted: { readonly old: readonly Place[]; readonly fresh?: readonly Place[] },
): Promise<void> {
  const { http, signal, say } = mover;
  await Promise.all(
    routers.map(async ({ method, shown }) => {
      let lookedAt = performance.now();
      const waited = await waitFor(
        async (each) => {
          if (method === "bamboo" && performance.now() - lookedAt > lookAgainMs) {
            lookedAt = performance.now();
            await releaseRoutes(mover, id);
          }
          const names = await routedBy(http, shown, { signal: each, timeoutMs: answerMs });
          const leadsTo = (place: Place) => names.some((name) => isNamedAfter(name, place));
          const { old, fresh } = wanted;
          const done = fresh === undefined ? !old.some(leadsTo) : fresh.every(leadsTo) || !old.some(leadsTo);
          say(`${method} routes to ${names.join(" ") || "nothing"}`);
          return done ? { ok: true, value: undefined } : { ok: false, seen: names.join(" ") || "nothing" };
        },
        { timeoutMs: knownLimitMs, intervalMs: 50, signal },
      );
      if (waited.ok) return;
      throw new LabError(
        "app-cannot-move",
        `${method} has not heard of the app's move within ${knownLimitMs / 1000} s`,
        {
          details: [`last seen: it routes to ${waited.seen}`],
          remedy: ["npx mesos-lab verify"],
        },
      );
    }),
  );
}
