import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { LabError } from "../../errors.ts";
import type { Callers } from "../http/callers.ts";
import { listen } from "../http/server.ts";
import { detectMaster } from "../mesos/detector.ts";
import type { Running } from "../running.ts";
import type { Store } from "../store/store.ts";
import { marathonApi } from "./api/routes.ts";
import { Election, type Leadership } from "./election.ts";
import type { MarathonOptions } from "./options.ts";
import { openRuntime, type Runtime } from "./runtime.ts";
import type { Random } from "./tasks/offers.ts";

/** Where Mesos' leading master is told; the returned function ends it. */
export type FollowMaster = (onChange: (address: string | undefined) => void) => () => void;

export interface StartMarathon {
  readonly options: MarathonOptions;
  /** Where this instance keeps what it knows; stays open when it closes. */
  readonly store: Store;
  /** The path in the store, `/marathon`. */
  readonly folder: string;
  readonly followMaster: FollowMaster;
  /** LIBPROCESS_IP; absent: the host's name. */
  readonly libprocessIp?: string | undefined;
  /** The names under which clients may call; absent: any. */
  readonly callers?: Callers | undefined;
  readonly random?: Random;
  readonly log?: (line: string) => void;
  /** Called when it cannot go on: its place in the store is lost. It has stopped leading by then. */
  readonly onExit?: (reason: LabError) => void;
}

/** Marathon's Jetty closes connections that rest for so long. */
const jettyRestMs = 30_000;

/** The master that leads under a path of the store. */
export function masterInStore(store: Store, path: string): FollowMaster {
  return (onChange) =>
    detectMaster(store, path, ({ leader }) =>
      onChange(leader === undefined ? undefined : `${leader.address.ip}:${leader.address.port}`),
    );
}

/** A master that is always at the same address, `host:port`. */
export function fixedMaster(address: string): FollowMaster {
  return (onChange) => {
    onChange(address);
    return () => {};
  };
}

/**
 * The rehearsal stand-in of Marathon 0.15.0: answers at once, leads as soon as it is elected.
 * @throws LabError `tool` when the port is taken.
 */
export async function startMarathon(start: StartMarathon): Promise<Running> {
  const { options, store, folder, random = Math.random } = start;
  const log = start.log ?? ((line: string) => process.stderr.write(`marathon: ${line}\n`));
  let leadership: Leadership = { elected: false, leader: undefined };
  let runtime: Runtime | undefined;
  let master: string | undefined;
  let closing = false;
  let turn: Promise<void> = Promise.resolve();

  // The address is known only once the port is open; requests may come before the API can say it.
  let api: Hono | undefined;
  const app = new Hono();
  app.all("*", (context) => api?.fetch(context.req.raw, context.env) ?? context.text("starting", 503));
  const server = await listen(app, {
    host: options.httpAddress,
    port: options.httpPort,
    callers: start.callers,
    restMs: jettyRestMs,
  });
  const address = `${options.hostname}:${new URL(server.url).port}`;
  const webuiUrl = options.webuiUrl ?? `http://${address}`;
  const driver = `scheduler-${randomUUID()}@${start.libprocessIp ?? options.hostname}:${new URL(server.url).port}`;

  const lead = async (): Promise<void> => {
    if (runtime !== undefined || closing) return;
    runtime = await openRuntime({ store, folder, options, webuiUrl, driver, random, log });
    runtime.scheduler.follow(master);
    runtime.scheduler.tendAll();
    log(`elected; apps: ${runtime.registry.definitions().length}`);
  };
  const retire = async (): Promise<void> => {
    const old = runtime;
    runtime = undefined;
    await old?.close();
  };
  const later = (work: () => Promise<void>) => {
    turn = turn.then(work).catch((error: Error) => log(`changing roles failed: ${error.message}`));
    return turn;
  };

  const election = new Election(store, `${folder}/leader`, address, (next) => {
    leadership = next;
    void later(next.elected ? lead : retire);
  });
  const abdicate = async () => {
    await election.leave();
    leadership = { elected: false, leader: undefined };
    await later(retire);
    await election.join();
  };
  api = marathonApi({
    options,
    address,
    leadership: () => ({ ...leadership, elected: leadership.elected && runtime !== undefined }),
    runtime: () => runtime,
    master: () => master,
    webuiUrl,
    port: Number(new URL(server.url).port),
    abdicate,
  });
  const stopFollowing = start.followMaster((next) => {
    master = next;
    runtime?.scheduler.follow(next);
  });
  store.onSessionLost(() => {
    leadership = { elected: false, leader: undefined };
    if (closing) return;
    const reason = new LabError("zookeeper-lost", "Marathon lost its ZooKeeper session", {
      remedy: ["start it again once ZooKeeper answers"],
    });
    void later(retire).then(() => start.onExit?.(reason));
  });
  await election.join();

  return {
    url: server.url,
    close: async () => {
      closing = true;
      stopFollowing();
      // A lost session has no place to give up.
      await election.leave().catch(() => {});
      await later(retire);
      await server.close();
    },
  };
}
