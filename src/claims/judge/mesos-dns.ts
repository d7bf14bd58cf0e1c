import type { DnsAnswer } from "../../probes/dns.ts";
import type { ServiceAnswer } from "../../probes/dns-service.ts";
import type { MesosDnsVersion } from "../../probes/mesos-dns.ts";
import type { Judgement } from "../claim.ts";

/**
 * It is Mesos-DNS, of a version that fits this Mesos: 0.2 and later read what Mesos 0.24 leaves in ZooKeeper, and 0.7
 * asks for a path that Mesos has since 0.25 only.
 */
export function judgeVersion({ Service, Version }: MesosDnsVersion, hosts: readonly string[]): Judgement {
  const [, major = "", minor = ""] = /^v?(\d+)\.(\d+)\b/.exec(Version) ?? [];
  const fits = major === "0" && Number(minor) >= 2 && Number(minor) <= 6;
  return {
    holds: Service === "Mesos-DNS" && fits && hosts.length > 0,
    seen: `${Service} ${Version}, leader.mesos ${hosts.join(" ") || "unknown"}`,
  };
}

/** A name's addresses are these and no others. */
export function judgeAddresses(name: string, answer: DnsAnswer, expected: readonly string[]): Judgement {
  const found = answer.records.flatMap((record) => (record.type === "A" ? [record.address] : []));
  return judgeSame(`${name} A`, answer.rcode, found, expected);
}

/** The hosts and ports of a service are these and no others. */
export function judgeService(name: string, answer: ServiceAnswer, expected: readonly string[]): Judgement {
  const found = answer.targets.map(({ address, port }) => `${address}:${port}`);
  return judgeSame(`${name} SRV`, answer.rcode, found, expected);
}

function judgeSame(
  what: string,
  rcode: string,
  found: readonly string[],
  expected: readonly string[],
): Judgement {
  const same = (list: readonly string[]) => [...new Set(list)].sort().join(" ");
  const seen =
    found.length === 0 ? `${what} ${rcode === "NOERROR" ? "empty" : rcode}` : `${what} ${same(found)}`;
  return { holds: same(found) === same(expected), seen };
}

/** One judgement for several: it holds when all do, and shows those that do not. */
export function allOf(judgements: readonly Judgement[], none: string): Judgement {
  const failing = judgements.filter(({ holds }) => !holds);
  const shown = failing.length > 0 ? failing : judgements;
  return { holds: failing.length === 0, seen: shown.map(({ seen }) => seen).join("; ") || none };
}
