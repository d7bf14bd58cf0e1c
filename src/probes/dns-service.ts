import type { Address } from "./context.ts";
import { askDns, type DnsOptions, type DnsRecord } from "./dns.ts";

export interface ServiceTarget {
  readonly address: string;
  readonly port: number;
}

export interface ServiceAnswer {
  readonly rcode: string;
  /** Those of the best priority that have an address. */
  readonly targets: readonly ServiceTarget[];
  /** Seconds for which the whole answer may be kept; 0 where there is none. */
  readonly ttl: number;
}

/**
 * Asks for a service's hosts and ports. Their addresses come along with the answer; those that a long answer left out
 * are asked for. @throws ProbeError as askDns
 */
export async function askService(server: Address, name: string, options: DnsOptions): Promise<ServiceAnswer> {
  const answer = await askDns(server, name, "SRV", options);
  const services = answer.records.flatMap((record) => (record.type === "SRV" ? [record] : []));
  const best = Math.min(...services.map(({ priority }) => priority));
  const chosen = services.filter(({ priority }) => priority === best);
  const hosts = [...new Set(chosen.map(({ target }) => target.toLowerCase()))];
  const found = await Promise.all(
    hosts.map(async (host): Promise<[string, DnsRecord[]]> => {
      const along = answer.additional.filter((record) => isAddressOf(record, host));
      if (along.length > 0) return [host, along];
      const { records } = await askDns(server, host, "A", options);
      return [host, records.filter((record) => isAddressOf(record, host))];
    }),
  );
  const addresses = new Map(found);
  const ttls = [...chosen, ...found.flatMap(([, records]) => records)].map(({ ttl }) => ttl);
  return {
    rcode: answer.rcode,
    targets: chosen.flatMap(({ target, port }) => {
      const record = addresses.get(target.toLowerCase())?.[0];
      return record?.type === "A" ? [{ address: record.address, port }] : [];
    }),
    ttl: ttls.length === 0 ? 0 : Math.min(...ttls),
  };
}

function isAddressOf(record: DnsRecord, host: string): boolean {
  return record.type === "A" && record.name.toLowerCase() === host;
}
