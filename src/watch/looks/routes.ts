import { absoluteId } from "../../demo/app.ts";
import { routedBy } from "../../demo/routed.ts";
import { visit } from "../../demo/visit.ts";
import { type WayIn, waysIn } from "../../demo/ways-in.ts";
import type { AppAddress } from "../../lab/catalogue/method.ts";
import { tomcatApp } from "../../lab/demo.ts";
import { labAddress } from "../../probes/context.ts";
import { askApps } from "../../probes/marathon.ts";
import { clean } from "../../untrusted.ts";
import type { Of } from "../model/event.ts";
import { leadsTo } from "../model/route.ts";
import { of } from "../model/seen.ts";
import { contextOf, type Look, type Place, requestMs } from "./look.ts";
import { askAny } from "./tasks.ts";

/** More than can be drawn. */
const mostServers = 100;

/** Where each way in to the lesson's app, or else to the first one, leads, and what a visitor gets there. */
export function routesLook(place: Place, everyMs: number): Look {
  const { hub, lab } = place;
  return {
    ...{ id: "routes", everyMs, usualMs: 1_000 },
    once: async (signal) => {
      const app = await appToVisit(place, signal);
      const ways = waysIn(lab(), app, { addressOf: labAddress, signal, now: () => performance.now() });
      const main = ways.filter(({ twin }) => !twin);
      const routes = await Promise.all(main.map((way) => routeOf(way, place, signal)));
      hub.foundAll("route", routes);
    },
  };
}

/** A Marathon that is away takes no way in with it: the ways to the lesson's app are looked at all the same. */
async function appToVisit(place: Place, signal: AbortSignal): Promise<AppAddress> {
  const { id, ...tomcat } = tomcatApp(place.lab());
  const lessons = { id: absoluteId(id), labels: "labels" in tomcat ? tomcat.labels : {} };
  try {
    const apps = await askAny(place.lab(), (origin) => askApps(contextOf(place, signal), origin));
    const app = apps.find((each) => each.id === lessons.id) ?? apps[0];
    return app === undefined
      ? lessons
      : { id: app.id, servicePort: app.ports?.[0], labels: app.labels ?? {} };
  } catch {
    signal.throwIfAborted();
    return lessons;
  }
}

async function routeOf(way: WayIn, { hub, http }: Place, signal: AbortSignal): Promise<Of<"route">> {
  const words = (error: Error) => error.message;
  const [servers, answer] = await Promise.all([
    routedBy(http, way.shown, { signal, timeoutMs: requestMs }).catch(words),
    visit({ http, signal }, way).then(({ status }) => String(status), words),
  ]);
  const known = typeof servers === "string" ? [] : servers.slice(0, mostServers).map((each) => clean(each));
  return {
    event: "route",
    id: way.name,
    url: way.url,
    servers: [...leadsTo(known, of(hub.seen(), "task"))],
    answers: clean(answer),
  };
}
