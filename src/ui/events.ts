/** What a run tells while it goes on: one JSON object a line under `--json`. */
export type LabEvent =
  | {
      event: "step";
      /** bundle, preflight, box, write, boot, provision, verify or lock. */
      step: string;
      /** A machine, a playbook or a claim; absent for the step as a whole. */
      part?: string;
      state: "started" | "running" | "done" | "failed";
      text?: string;
      /** Since the step or part started; only in `done` and `failed`. */
      seconds?: number;
    }
  | { event: "claim"; id: string; holds: boolean; expected: string; seen: string; look: string }
  | { event: "note"; text: string }
  /** After the result, where it was asked for. */
  | { event: "profile"; seconds: number; ownSeconds: number; path: readonly object[]; page: string }
  | { event: "result"; [fact: string]: unknown }
  | {
      event: "error";
      /** One of those in docs/errors.md. */
      id: string;
      message: string;
      details: readonly string[];
      remedy: readonly string[];
      exitCode: number;
    };

export type Emit = (event: LabEvent) => void;
