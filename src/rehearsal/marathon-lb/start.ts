import { setTimeout as sleep } from "node:timers/promises";
import type { HaproxyProcess } from "../haproxy/process.ts";
import { reasonOf } from "../http/reason.ts";
import { listen } from "../http/server.ts";
import type { Running } from "../running.ts";
import { marathonLbApi } from "./api.ts";
import { followEvents } from "./events.ts";
import { type Binding, haproxyConfig } from "./haproxy-config.ts";
import type { MarathonLbOptions } from "./options.ts";
import { appsSchema, type MarathonApps, type Service, servicesOf } from "./services.ts";
import { marathonLbVersion } from "./version.ts";

export interface StartMarathonLb {
  readonly options: MarathonLbOptions;
  readonly binding: Omit<Binding, "self">;
  /** Ends with this instance. */
  readonly haproxy: Pick<HaproxyProcess, "apply" | "workers" | "close">;
  readonly log?: (line: string) => void;
}

const answerMs = 10_000;
/** Between two tries to reach Marathon. */
const retryMs = 1_000;

/**
 * The rehearsal stand-in of marathon-lb 1.4.3: real HAProxy in front of the apps of its groups. While Marathon does
 * not answer, the routes stay as they are.
 * @throws LabError when HAProxy cannot be started.
 */
export async function startMarathonLb(start: StartMarathonLb): Promise<Running> {
  const { options, haproxy } = start;
  const log = start.log ?? ((line: string) => process.stderr.write(`marathon-lb: ${line}\n`));
  const ending = new AbortController();
  let services: readonly Service[] = [];
  let config = "";
  const told = new Set<string>();
  const warn = (line: string) => {
    if (!told.has(line)) log(line);
    told.add(line);
  };

  const self = await listen(
    marathonLbApi({ config: () => config, services: () => services, pids: () => haproxy.workers() }),
    { host: "127.0.0.1", port: 0 },
  );
  const binding: Binding = { ...start.binding, self: new URL(self.url).host };
  const route = async (next: readonly Service[]) => {
    const text = haproxyConfig(next, binding);
    if (text === config) return;
    const before = { services, config };
    // Told before it is so: who is served by the new routes must not be shown the old ones.
    [services, config] = [next, text];
    await haproxy.apply(text).catch((error: unknown) => {
      ({ services, config } = before);
      throw error;
    });
  };
  await route([]).catch(async (error) => {
    await self.close();
    throw error;
  });
  log(`${marathonLbVersion}, groups ${options.groups.join(", ")}`);

  const reserved = [binding.admin, binding.apps, ...(binding.vhosts === undefined ? [] : [binding.vhosts])];
  let lastFailure = "";
  let wanted = false;
  let updating: Promise<void> | undefined;
  const update = async (): Promise<void> => {
    try {
      const apps = await fetchApps(options.marathons, ending.signal);
      await route(servicesOf(apps, { ...options, reserved }, warn));
      told.delete(lastFailure);
    } catch (error) {
      if (ending.signal.aborted) return;
      const { message, details = [] } = error as Error & { details?: readonly string[] };
      told.delete(lastFailure);
      lastFailure = `the routes stay as they are: ${[message, ...details].join("; ")}`;
      warn(lastFailure);
      wanted = true;
      await pause(retryMs, ending.signal);
    }
  };
  const nudge = () => {
    wanted = true;
    updating ??= (async () => {
      while (wanted && !ending.signal.aborted) {
        wanted = false;
        await update();
      }
    })().finally(() => {
      updating = undefined;
    });
  };

  const following = (async () => {
    for (let turn = 0; !ending.signal.aborted; turn += 1) {
      if (options.mode === "poll") nudge();
      else {
        const marathon = options.marathons[turn % options.marathons.length] ?? "";
        await followEvents(marathon, ending.signal, nudge).catch((error: Error) => {
          if (!ending.signal.aborted) warn(`no events from ${marathon}: ${reasonOf(error)}`);
        });
      }
      await pause(options.mode === "poll" ? options.pollMs : retryMs, ending.signal);
    }
  })();

  return {
    url: `http://${binding.address === "*" ? "127.0.0.1" : binding.address}:${binding.admin}`,
    close: async () => {
      ending.abort();
      await following;
      await updating;
      await haproxy.close();
      await self.close();
    },
  };
}

/** The apps with their tasks, from the first Marathon that answers. @throws Error with what each said. */
async function fetchApps(marathons: readonly string[], signal: AbortSignal): Promise<MarathonApps> {
  const failures: string[] = [];
  for (const marathon of marathons) {
    try {
      const response = await fetch(`${marathon}/v2/apps?embed=apps.tasks`, {
        headers: { accept: "application/json" },
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
      });
      const body = await response.text();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      return appsSchema.parse(JSON.parse(body)).apps;
    } catch (error) {
      signal.throwIfAborted();
      failures.push(`${marathon}: ${reasonOf(error)}`);
    }
  }
  throw new Error(failures.join("; "));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => undefined);
}
