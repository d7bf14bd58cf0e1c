/** What a service and the launcher, which has the store, say to each other over the channel between them. */

export type Operation = "get" | "set" | "remove" | "children" | "createEphemeral";

export type ToStore =
  | { readonly type: "open"; readonly session: number }
  | { readonly type: "close"; readonly session: number; readonly call: number }
  | {
      readonly type: "call";
      readonly session: number;
      readonly call: number;
      readonly operation: Operation;
      readonly args: readonly string[];
    }
  | { readonly type: "watch"; readonly session: number; readonly watch: number; readonly path: string }
  | { readonly type: "unwatch"; readonly session: number; readonly watch: number }
  /** Said again and again: a process that is silent for long loses its sessions. */
  | { readonly type: "alive" };

export type FromStore =
  | { readonly type: "answer"; readonly call: number; readonly value?: unknown; readonly error?: string }
  | { readonly type: "lost"; readonly session: number }
  | { readonly type: "children"; readonly watch: number; readonly names: string[] };

/** The plan has other instances for a process that goes on. */
export interface InstancesChanged {
  readonly type: "instances";
}

/** After so much silence a session is over, as it is with ZooKeeper for the Mesos master and for Marathon. */
export const sessionTimeoutMs = 10_000;
