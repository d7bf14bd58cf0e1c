import type { Callers } from "../http/callers.ts";
import { listen } from "../http/server.ts";
import type { Running } from "../running.ts";
import type { Store } from "../store/store.ts";
import { bambooApi } from "./api.ts";
import { HeldApps } from "./held.ts";
import { fetchApps } from "./marathon-apps.ts";
import type { TrafficProxy } from "./proxy.ts";
import { Renderer } from "./renderer.ts";
import { Rules } from "./rules.ts";
import { subscribe } from "./subscription.ts";

export interface StartBamboo {
  readonly marathonEndpoints: readonly string[];
  /** Where Marathon reaches this instance; default: where it listens. */
  readonly bambooEndpoint?: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Holds the rules; stays open when this closes. */
  readonly store: Store;
  /** The path of the rules in the store, `/bamboo`. */
  readonly folder: string;
  /** The names under which clients may call; absent: any. */
  readonly callers?: Callers | undefined;
  /** Ends with this instance. */
  readonly proxy: TrafficProxy;
  readonly log?: (line: string) => void;
}

/**
 * The rehearsal stand-in of Bamboo 0.2.11: routes to the running tasks of every Marathon app. Unlike the original it
 * repeats its subscription until Marathon takes it, and keeps the last good routes while Marathon does not answer.
 * @throws LabError when the port is taken or the proxy cannot be started.
 */
export async function startBamboo(start: StartBamboo): Promise<Running> {
  const log = start.log ?? ((line: string) => process.stderr.write(`bamboo: ${line}\n`));
  const ending = new AbortController();
  const rules = new Rules(start.store, start.folder);
  const apps = () => fetchApps(start.marathonEndpoints, ending.signal);
  const { proxy } = start;
  // Nothing is routed yet, but who asks gets a 503 and the statistics.
  await proxy.apply({ apps: [], services: {} });
  const held = new HeldApps();
  const renderer = new Renderer({ apps, rules, held, proxy, log });
  const address = { ...start.listen, callers: start.callers };
  const server = await listen(bambooApi({ apps, rules, proxy, renderer, held }), address).catch(
    async (error) => {
      await proxy.close();
      throw error;
    },
  );
  // Also the first rendering: the watch calls back at once.
  const unwatch = rules.watch(() => void renderer.nudge());
  const callbackUrl = `${start.bambooEndpoint || server.url}/api/marathon/event_callback`;
  const subscribing = subscribe(start.marathonEndpoints, callbackUrl, ending.signal, log).then(() =>
    renderer.nudge(),
  );
  return {
    url: server.url,
    close: async () => {
      ending.abort();
      unwatch();
      await server.close();
      await subscribing;
      await renderer.close();
      await proxy.close();
    },
  };
}
