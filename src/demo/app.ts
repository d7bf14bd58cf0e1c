import type { AppAddress } from "../lab/catalogue/method.ts";
import { clean } from "../untrusted.ts";

/** Pure: what an app's JSON and Marathon's answers say. */

/** An app as its author wrote it; only `id` is looked at here, Marathon judges the rest. */
export interface AppDefinition {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** `/tomcat`: Marathon's form of an id. */
export function absoluteId(id: string): string {
  return id.startsWith("/") ? id : `/${id}`;
}

/**
 * Whether an app that runs is as `wanted` says. Fields that are not wanted do not matter; a wanted 0 as a port
 * means "any", and Marathon has filled it in.
 */
export function isAsWanted(wanted: unknown, running: unknown, field = ""): boolean {
  if (field === "id") return absoluteId(String(wanted)) === String(running);
  if (/Port$/.test(field) && wanted === 0) return true;
  if (Array.isArray(wanted))
    return (
      Array.isArray(running) &&
      wanted.length === running.length &&
      wanted.every((each, index) => isAsWanted(each, running[index]))
    );
  if (typeof wanted === "object" && wanted !== null)
    return (
      typeof running === "object" &&
      running !== null &&
      Object.entries(wanted).every(([key, value]) =>
        isAsWanted(value, (running as Record<string, unknown>)[key], key),
      )
    );
  return wanted === running;
}

/** What an app is doing, in one line. */
export function progressOf(app: AppState): string {
  const failure = app.lastTaskFailure;
  const told = failure ? `; last failure: ${clean(`${failure.state} ${failure.message}`)}` : "";
  return `${app.tasksRunning} of ${app.instances} tasks run, ${app.tasksStaged} are starting${told}`;
}

/** The app as its clients need to know it. */
export function addressOfApp(id: string, { ports, labels }: AppState): AppAddress {
  return { id: absoluteId(id), servicePort: ports?.[0], labels: labels ?? {} };
}

/** The `host:port` of each task that has a port. */
export function hostPortsOf({ tasks }: AppState): readonly string[] {
  return tasks.flatMap(({ host, ports }) => ports.slice(0, 1).map((port) => `${host}:${port}`));
}

export interface AppState {
  readonly instances: number;
  readonly tasksRunning: number;
  readonly tasksStaged: number;
  /** The service ports. */
  readonly ports?: readonly number[] | null | undefined;
  readonly labels?: Readonly<Record<string, string>> | null | undefined;
  readonly deployments: readonly unknown[];
  readonly lastTaskFailure?: { readonly state: string; readonly message: string } | null | undefined;
  readonly tasks: readonly {
    readonly id: string;
    readonly host: string;
    readonly ports: readonly number[];
  }[];
}
