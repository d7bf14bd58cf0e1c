import type { Addresses } from "../demo/services.ts";
import type { Lab } from "../lab/model.ts";
import type { Machines } from "../machines/machines.ts";
import type { Http } from "../probes/http.ts";
import type { Mark } from "./model/report.ts";
import type { OutcomeRun } from "./model/sampling.ts";

/** How a drill stands; its times are milliseconds on one clock, as those of its report. */
export interface DrillProgress {
  readonly breakAt: number;
  readonly now: number;
  readonly lanes: readonly { readonly way: string; readonly runs: readonly OutcomeRun[] }[];
  readonly marks: readonly Mark[];
}

/** What a drill is told, and what it works with. */
export interface DrillOptions {
  readonly lab: Lab;
  readonly machines: Machines;
  readonly http: Http;
  readonly at: Addresses;
  readonly appId: string;
  readonly isPage: (body: string, status: number) => boolean;
  /** Whether the lab still exists: somebody may remove its folder by hand. */
  readonly isThere: () => boolean;
  /** Every way in at once, instead of the lab's first. */
  readonly compare: boolean;
  /** A run without a miss that lasts so long is a recovery. */
  readonly settleMs: number;
  /** Counted from the break. */
  readonly deadlineMs: number;
  /** The machine on which the user wants a service broken; left out, the one that leads. */
  readonly on?: string | undefined;
  /** Requests a second and lane; left out, what the lab can bear. */
  readonly ratePerSecond?: number | undefined;
  /** Sentences that the report shall tell besides its own. */
  readonly notes: readonly string[];
  readonly signal: AbortSignal;
  /** Hears how the drill stands, some times a second from the break on. */
  readonly onLook?: ((progress: DrillProgress) => void) | undefined;
  readonly say: (text: string) => void;
}
