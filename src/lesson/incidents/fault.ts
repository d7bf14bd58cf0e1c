import type { Words } from "../../render/lesson/words.ts";
import type { LessonStage } from "../stage.ts";

/** An app, as it is sent to Marathon. */
export type App = Readonly<Record<string, unknown>>;

export interface Rule {
  readonly id: string;
  readonly acl: string;
}

/** Where a fault is: chosen by the seed. */
export interface Scene {
  /** `/shop`: the app whose visitors suffer. */
  readonly victim: string;
  /** Apps that have nothing to do with it. */
  readonly bystanders: readonly string[];
  /** The victim as it should be, and its rule. */
  readonly app: App;
  readonly rule: Rule;
  readonly marathon: string;
  readonly bamboo: string;
  readonly haproxy: string;
  /** What Marathon calls on every event. */
  readonly callback: string;
}

export const levels = [1, 2, 3] as const;
export type Level = (typeof levels)[number];

/** One thing that can be wrong with a lab, made and mended through the services' own APIs. */
export interface Fault {
  readonly id: string;
  /** 1: one look finds it. 2: two facts must be compared. 3: one must know how the parts work together. */
  readonly level: Level;
  /** The victim as it is deployed; absent: as it should be. */
  readonly app?: (scene: Scene) => App;
  /** The victim's rule; absent: as it should be, undefined: none. */
  readonly rule?: (scene: Scene) => Rule | undefined;
  /** What else is done once app and rule are there. */
  readonly after?: (stage: LessonStage, scene: Scene) => Promise<void>;
  /** From vague to clear. */
  readonly hints: readonly Words[];
  /** What is wrong. */
  readonly told: Words;
  /** One way to mend it, of several: commands. */
  readonly repair: (scene: Scene) => readonly string[];
}

/** As a person would type it: the app as it should be, whatever is there. */
export function putApp({ marathon, victim, app }: Scene): string {
  return `curl -fsS -X PUT '${marathon}/v2/apps/${victim}?force=true' -H "Content-type: application/json" -d '${JSON.stringify(app)}'`;
}

/** The same anew, where fields must go that a PUT would leave as they are. */
export function anew({ marathon, victim, app }: Scene): readonly string[] {
  return [
    `curl -fsS -X DELETE '${marathon}/v2/apps/${victim}?force=true'`,
    `sleep 2; curl -fsS -X POST ${marathon}/v2/apps -H "Content-type: application/json" -d '${JSON.stringify(app)}'`,
  ];
}

export function putRule({ bamboo, rule }: Scene): string {
  return `curl -fsS -X PUT ${bamboo}/api/services/${rule.id} -d '${JSON.stringify(rule)}'`;
}

export function deleteRule({ bamboo }: Scene, id: string): string {
  return `curl -fsS -X DELETE ${bamboo}/api/services/${id}`;
}
