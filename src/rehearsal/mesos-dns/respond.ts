import { decode, type Packet } from "dns-packet";
import { answerFrom, bareReply, encodeReply, isInZone, udpLimit, type Zone } from "./answer.ts";

/** Passes a query on to another server and returns its answer. @throws when none answers in time. */
export type Forward = (query: Buffer, transport: Transport) => Promise<Buffer>;
export type Transport = "udp" | "tcp";

const largestTcp = 65_535;

/**
 * The reply to the bytes of one query; undefined where none is due: to what is no query. A name outside the zone
 * is asked for elsewhere, or refused where there is nobody to ask.
 */
export async function respond(
  message: Buffer,
  transport: Transport,
  zone: Zone,
  forward: Forward | undefined,
): Promise<Buffer | undefined> {
  // Replies are not replied to: two servers would never stop.
  if (message.length < 12 || ((message[2] ?? 0) & 0x80) !== 0) return undefined;
  if (((message[2] ?? 0) & 0x78) !== 0) return bareReply(message, "NOTIMP");
  const query = decoded(message);
  const [question, ...more] = query?.questions ?? [];
  if (query === undefined || question === undefined || more.length > 0) return bareReply(message, "FORMERR");
  if (question.class !== "IN" && question.class !== "ANY") return bareReply(message, "REFUSED");
  const limit = transport === "udp" ? udpLimit(query) : largestTcp;
  const options = { limit, recursion: zone.config.recurseOn };
  const empty = { answers: [], authorities: [], additionals: [] };
  try {
    if (isInZone(question.name, zone))
      return encodeReply(query, answerFrom(zone, question.name, question.type), options);
    if (forward === undefined) return encodeReply(query, { rcode: "REFUSED", ...empty }, options);
    return await forward(message, transport);
  } catch {
    // Nobody else answers, or the name cannot be written down again.
    return bareReply(message, "SERVFAIL");
  }
}

function decoded(message: Buffer): Packet | undefined {
  try {
    return decode(message);
  } catch {
    return undefined;
  }
}
