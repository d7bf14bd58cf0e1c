import type { Machine, ServiceName } from "../model.ts";

/** A container as the tutorial's `docker run` describes it. */
export interface Container {
  readonly name: string;
  readonly image: string;
  /** `host` is `--net=host`; `bridge` is Docker's default. */
  readonly network: "host" | "bridge";
  /** `host` is `--pid=host`. */
  readonly pid?: "host";
  readonly privileged?: true;
  /** `-p`, as `host:container`. */
  readonly ports?: readonly string[];
  /** `-v`, as `source:target[:ro]`. */
  readonly volumes?: readonly string[];
  /** `-e`. */
  readonly env?: Readonly<Record<string, string>>;
  /** What follows the image. */
  readonly args?: readonly string[];
  /** `--restart`. */
  readonly restart?: "unless-stopped";
  /** `--log-opt`. */
  readonly logOptions?: Readonly<Record<string, string>>;
}

type Mergeable = Pick<Container, "volumes" | "env" | "args" | "restart" | "logOptions">;

/** Something that the tutorial's command does not have and today's hosts need. */
export interface Addition {
  readonly add: Mergeable;
  /** One sentence without a stop. */
  readonly reason: string;
}

/** What "ready" means: this URL answers 200, and where `json` is given its condition holds. */
export interface Readiness {
  readonly means: string;
  readonly url: string;
  /** A Jinja condition over the answer, called `ready_answer.json`; it is true or false, never a text. */
  readonly condition?: string;
}

/** One service on one machine. */
export interface Entry {
  readonly service: ServiceName;
  readonly machine: Machine;
  /** To the letter what the tutorial runs, with this lab's addresses and images. */
  readonly tutorial: Container;
  readonly additions: readonly Addition[];
  /** Files that its volumes bring into the container: made new in this folder of the machine, by their names. */
  readonly config?: { readonly folder: string; readonly files: Readonly<Record<string, string>> };
  /** Undefined where the next service's readiness proves this one's. */
  readonly ready?: Readiness;
  /** A service that must be ready before this one's container starts, because it does not look for it again. */
  readonly waitsFor?: {
    readonly service: ServiceName;
    /** One sentence without a stop. */
    readonly reason: string;
  };
}

/** Additions that every container gets. */
export const everywhere: readonly Addition[] = [
  {
    add: { restart: "unless-stopped" },
    reason: "without a restart policy a reboot leaves the whole lab down",
  },
  {
    add: { logOptions: { "max-size": "10m", "max-file": "3" } },
    reason: "unbounded container logs fill a small disk within days",
  },
];

/** The container that really runs: the tutorial's with the additions merged in. */
export function effective(entry: Entry): Container {
  let container = entry.tutorial;
  for (const { add } of entry.additions) {
    const { env, volumes, args, ...rest } = add;
    container = {
      ...container,
      ...rest,
      ...(env && { env: { ...container.env, ...env } }),
      ...(volumes && { volumes: [...(container.volumes ?? []), ...volumes] }),
      ...(args && { args: [...(container.args ?? []), ...args] }),
    };
  }
  return container;
}
