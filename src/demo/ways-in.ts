import type { AppAddress, Learning, Way } from "../lab/catalogue/method.ts";
import { methods } from "../lab/catalogue/methods.ts";
import { discoveryOf } from "../lab/discovery.ts";
import type { DiscoveryName, Lab } from "../lab/model.ts";
import { slowness } from "../lab/runs.ts";
import type { Address, AddressOf } from "../probes/context.ts";
import { askService, type ServiceTarget } from "../probes/dns-service.ts";

/** How one kind of client reaches the application: what a sampler and a visitor need. */
export interface WayIn {
  /** The method, and how the client uses it where that matters: `mesos-dns (TTL kept)`. */
  readonly name: string;
  /** The discovery method that it rests upon. */
  readonly method: DiscoveryName;
  readonly learns: Learning;
  readonly twin: boolean;
  readonly url: string;
  readonly host?: string;
  /** Where to connect, asked before each request; rejects when the name leads nowhere at the moment. */
  readonly resolve?: () => Promise<{ readonly address: string; readonly port: number }>;
  /** What it routes to at the moment: HAProxy's statistics by URL, or a service's records. */
  readonly shown?: { readonly stats: string } | { readonly server: Address; readonly name: string };
}

export interface WaysOptions {
  readonly addressOf: AddressOf;
  readonly signal: AbortSignal;
  /** Milliseconds on a clock that never steps. */
  readonly now: () => number;
}

/** A client's own patience with its DNS server, longer for machines in software: shorter than that for the whole request, so that a miss says which. */
const lookupMs = 800;

/** Every way into an application that this lab has, in the order of its methods. */
export function waysIn(lab: Lab, app: AppAddress, options: WaysOptions): readonly WayIn[] {
  return discoveryOf(lab).flatMap((method) =>
    methods[method].ways(lab, app).map((way) => ({
      ...{ name: way.name, method, learns: way.learns, twin: way.twin === true },
      ...wayIn(way, lookupMs * slowness(lab), options),
    })),
  );
}

function wayIn(
  { machine, port, host, dns, stats }: Way,
  timeoutMs: number,
  options: WaysOptions,
): Pick<WayIn, "url" | "host" | "resolve" | "shown"> {
  const { addressOf } = options;
  if (dns === undefined)
    return {
      url: originAt(addressOf(machine, port), "/"),
      ...(host !== undefined && { host }),
      ...(stats && { shown: { stats: originAt(addressOf(machine, stats.port), stats.path) } }),
    };
  const { name, keepsTtl } = dns;
  const server = addressOf(machine, port);
  return {
    url: `http://${name.replace(/^_([^.]+)\._tcp/, "$1")}/`,
    resolve: serviceResolver(server, name, { ...options, keepsTtl, timeoutMs }),
    shown: { server, name },
  };
}

/** As a browser would write it: port 80 goes without saying. */
function originAt({ host, port }: Address, path: string): string {
  return `http://${host}${port === 80 ? "" : `:${port}`}${path}`;
}

/**
 * A client that asks for a service's SRV records and connects to one of them. One that keeps the TTL asks anew only when
 * what it was told has expired; the other one before every connection. Lookups that overlap share one question.
 * The returned function rejects when there is no such service at the moment.
 */
export function serviceResolver(
  server: Address,
  name: string,
  options: Pick<WaysOptions, "signal" | "now"> & { readonly keepsTtl: boolean; readonly timeoutMs: number },
): () => Promise<{ address: string; port: number }> {
  let known: { readonly targets: readonly ServiceTarget[]; readonly until: number } | undefined;
  let asking: Promise<readonly ServiceTarget[]> | undefined;
  let turn = 0;

  const ask = async (): Promise<readonly ServiceTarget[]> => {
    const asked = options.now();
    const { targets, ttl } = await askService(server, name, {
      signal: options.signal,
      timeoutMs: options.timeoutMs,
    });
    // From the question on, as a careful cache counts: the answer was true no later than that.
    if (options.keepsTtl && targets.length > 0) known = { targets, until: asked + ttl * 1_000 };
    return targets;
  };

  return async () => {
    let targets = known !== undefined && options.now() < known.until ? known.targets : undefined;
    if (targets === undefined) {
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      targets = await asking;
    }
    const target = targets[turn++ % Math.max(targets.length, 1)];
    if (target === undefined) throw new Error(`${name} has no address`);
    return target;
  };
}
