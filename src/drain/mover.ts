import { LabError } from "../errors.ts";
import type { Lab } from "../lab/model.ts";
import type { Http } from "../probes/http.ts";
import type { MovingNotes } from "./moving.ts";

/** What moving tasks needs. */
export interface Mover {
  readonly http: Http;
  /** As it will be. */
  readonly lab: Lab;
  readonly notes: MovingNotes;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** An image may have to be pulled, and a machine in software is slow. */
export const runningLimitMs = 600_000;

export function unmoved(id: string, seen: string): LabError {
  return new LabError("app-cannot-move", `the app ${id} could not be moved, and so nothing was removed`, {
    details: [`last seen: ${seen}`],
    remedy: ["make room for it on another slave, or scale it down; then npx mesos-lab create again"],
  });
}
