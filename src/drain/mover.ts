import type { Lab } from "../lab/model.ts";
import type { Http } from "../probes/http.ts";

/** What moving tasks needs. */
export interface Mover {
  readonly http: Http;
  /** As it will be. */
  readonly lab: Lab;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}
