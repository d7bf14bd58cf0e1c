/** What Bamboo knows of an app; the names are those of its API. */
export interface BambooApp {
  readonly Id: string;
  /** The id with `::` for every slash: names in HAProxy's configuration. */
  readonly EscapedId: string;
  readonly HealthCheckPath: string;
  readonly Tasks: readonly { readonly Host: string; readonly Port: number }[];
  readonly ServicePort: number;
  readonly Env: Readonly<Record<string, string>> | null;
}

/** A rule: which requests go to the app, in HAProxy's ACL language. */
export interface BambooService {
  readonly Id: string;
  readonly Acl: string;
}

export type Services = Readonly<Record<string, BambooService>>;

/** What is to be routed. */
export interface Routing {
  /** Sorted by id; only tasks that run. */
  readonly apps: readonly BambooApp[];
  readonly services: Services;
}

export function escapedId(id: string): string {
  return id.replaceAll("/", "::");
}
