import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from "dns-packet";
import type { MesosDnsConfig } from "./config.ts";
import type { Records } from "./records.ts";

export const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
export type Rcode = keyof typeof rcodes;

/** What answers are made from: one moment's names, and how they are told. */
export interface Zone {
  readonly records: Records;
  readonly config: MesosDnsConfig;
  /** Grows with every new state. */
  readonly serial: number;
}

interface Reply {
  readonly rcode: Rcode;
  readonly answers: Answer[];
  readonly authorities: Answer[];
  readonly additionals: Answer[];
}

/** Whether a name is the zone's own or one below it. */
export function isInZone(name: string, { config }: Zone): boolean {
  const lower = name.toLowerCase();
  return lower === config.domain || lower.endsWith(`.${config.domain}`);
}

/** The zone's answer to a question about one of its names. */
export function answerFrom(zone: Zone, name: string, type: string): Reply {
  const { records, config } = zone;
  const lower = name.toLowerCase();
  const wants = (kind: string) => type === kind || type === "ANY";
  const answers: Answer[] = [];
  if (wants("A")) answers.push(...shuffled(addressesOf(zone, lower, name)));
  const targets = wants("SRV") ? (records.services.get(lower) ?? []) : [];
  for (const { host, port } of shuffled(targets))
    answers.push({
      name,
      type: "SRV",
      ttl: config.ttl,
      data: { priority: 0, weight: 0, port, target: host },
    });
  const apex = lower === config.domain;
  if (apex && wants("SOA")) answers.push(startOfAuthority(zone));
  if (apex && wants("NS"))
    answers.push({ name, type: "NS", ttl: config.ttl, data: withoutDot(config.SOAMname) });
  const exists = apex || records.exists(lower);
  const hosts = [...new Set(targets.map(({ host }) => host))];
  return {
    rcode: exists ? "NOERROR" : "NXDOMAIN",
    answers,
    authorities: answers.length > 0 ? [] : [startOfAuthority(zone)],
    additionals: hosts.flatMap((host) => addressesOf(zone, host, host)),
  };
}

function addressesOf({ records, config }: Zone, lower: string, name: string): Answer[] {
  return (records.addresses.get(lower) ?? []).map((data) => ({ name, type: "A", ttl: config.ttl, data }));
}

function startOfAuthority({ config, serial }: Zone): Answer {
  return {
    name: config.domain,
    type: "SOA",
    ttl: config.ttl,
    data: {
      mname: withoutDot(config.SOAMname),
      rname: withoutDot(config.SOARname.replace("@", ".")),
      serial,
      refresh: config.SOARefresh,
      retry: config.SOARetry,
      expire: config.SOAExpire,
      minimum: config.ttl,
    },
  };
}

/** Clients that take the first spread over all. */
function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, turn: Math.random() }))
    .sort((a, b) => a.turn - b.turn)
    .map(({ value }) => value);
}

function withoutDot(name: string): string {
  return name.replace(/\.+$/, "");
}

const largestUdp = 4096;

/** A reply as bytes of at most `limit`: without what is only helpful, or cut with the bit that says so. */
export function encodeReply(
  query: Packet,
  reply: Reply,
  options: { limit: number; recursion: boolean },
): Buffer {
  const opt = optOf(query);
  const own: Answer[] =
    opt === undefined
      ? []
      : [
          {
            name: ".",
            type: "OPT",
            udpPayloadSize: largestUdp,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          } as unknown as Answer,
        ];
  const asked = ((query as { flags?: number }).flags ?? 0) & RECURSION_DESIRED;
  const flags =
    asked |
    rcodes[reply.rcode] |
    (reply.rcode === "NOERROR" || reply.rcode === "NXDOMAIN" ? AUTHORITATIVE_ANSWER : 0) |
    (options.recursion ? RECURSION_AVAILABLE : 0);
  const packet = (part: Partial<Packet>, more = 0): Buffer =>
    encode({
      type: "response",
      id: query.id ?? 0,
      flags: flags | more,
      questions: query.questions ?? [],
      ...part,
    });
  const { answers, authorities } = reply;
  const whole = packet({ answers, authorities, additionals: [...reply.additionals, ...own] });
  if (whole.length <= options.limit) return whole;
  const needed = packet({ answers, authorities, additionals: own });
  if (needed.length <= options.limit) return needed;
  return packet({ additionals: own }, TRUNCATED_RESPONSE);
}

/** How many bytes the sender of a query takes in one datagram. */
export function udpLimit(query: Packet): number {
  return Math.min(Math.max(optOf(query)?.udpPayloadSize ?? 0, 512), largestUdp);
}

function optOf(query: Packet): { readonly udpPayloadSize: number } | undefined {
  return query.additionals?.find(({ type }) => type === "OPT") as { udpPayloadSize: number } | undefined;
}

/** A reply that says only what went wrong, with the question as far as it can be read. */
export function bareReply(query: Buffer, rcode: Rcode): Buffer {
  const end = questionEnd(query);
  const reply = Buffer.alloc(end ?? 12);
  if (end !== undefined) query.copy(reply, 12, 12, end);
  query.copy(reply, 0, 0, 2);
  // A response, with the query's kind and its wish for recursion.
  reply[2] = 0x80 | ((query[2] ?? 0) & 0x79);
  reply[3] = rcodes[rcode];
  reply.writeUInt16BE(end === undefined ? 0 : 1, 4);
  return reply;
}

/** Where the only question of a query ends; undefined where there is no such thing. */
function questionEnd(query: Buffer): number | undefined {
  if (query.length < 12 || query.readUInt16BE(4) !== 1) return undefined;
  let at = 12;
  for (let length = query[at]; length !== 0; length = query[at]) {
    if (length === undefined || length > 63) return undefined;
    at += 1 + length;
  }
  const end = at + 5;
  return end <= query.length ? end : undefined;
}
