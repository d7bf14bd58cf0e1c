import { routedBy } from "../demo/routed.ts";
import type { WayIn } from "../demo/ways-in.ts";
import type { Http } from "../probes/http.ts";
import type { DrillClock } from "./clock.ts";
import { type Mark, marks as words } from "./model/report.ts";

/** A service that is down must not hold the next look for long. */
const requestMs = 2000;

export interface RoutesLook {
  /** What is looked at, for the last state seen. */
  readonly subject: string;
  /** What it routes to now, in words. */
  readonly look: (signal: AbortSignal) => Promise<string>;
}

export interface RoutesOptions {
  readonly http: Http;
  readonly clock: DrillClock;
  /** Gets a mark for each way whose routes have changed since the look before. */
  readonly marks: Mark[];
}

/** One look for each thing that shows routes; ways that share one (clients of one DNS server) share its looks. */
export function lookAtRoutes(ways: readonly WayIn[], { http, clock, marks }: RoutesOptions): RoutesLook[] {
  const places = new Map<string, WayIn[]>();
  for (const way of ways.filter(({ shown }) => shown !== undefined)) {
    const place = JSON.stringify(way.shown);
    places.set(place, [...(places.get(place) ?? []), way]);
  }
  return [...places.values()].map((sharing) => {
    const [{ shown, method } = {}] = sharing;
    const change = shown !== undefined && "stats" in shown ? changes.servers : changes.records;
    let known: readonly string[] | undefined;
    let lookedAt = 0;
    const look: RoutesLook["look"] = async (signal) => {
      const asked = clock.now();
      const now = await routedBy(http, shown, { signal, timeoutMs: requestMs });
      const detail = known && difference(known, now);
      if (detail !== undefined)
        for (const { name } of sharing)
          marks.push({ at: clock.now(), earliest: lookedAt, ...change, detail, lane: name });
      known = now;
      lookedAt = asked;
      return now.join(" ") || "no server";
    };
    return { subject: `routes of ${method}`, look };
  });
}

const changes = {
  servers: { source: "haproxy", what: words.reloaded },
  records: { source: "discovery", what: words.records },
} as const;

/** What is new, or else what is gone; undefined where nothing is. */
export function difference(before: readonly string[], now: readonly string[]): string | undefined {
  const added = now.filter((name) => !before.includes(name));
  if (added.length > 0) return added.join(" ");
  const gone = before.filter((name) => !now.includes(name));
  if (gone.length === 0) return undefined;
  return now.length === 0 ? "no server left" : `without ${gone.join(" ")}`;
}
