import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { type Answer, decode, encode, RECURSION_DESIRED, TRUNCATED_RESPONSE } from "dns-packet";
import { naming } from "./answer.ts";
import type { Address } from "./context.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { networkWords } from "./network-words.ts";
import { ProbeError } from "./probe-error.ts";

export type DnsType = "A" | "SRV";

export type DnsRecord =
  | { readonly type: "A"; readonly name: string; readonly ttl: number; readonly address: string }
  | {
      readonly type: "SRV";
      readonly name: string;
      readonly ttl: number;
      readonly target: string;
      readonly port: number;
      readonly priority: number;
      readonly weight: number;
    };

export interface DnsAnswer {
  /** `NOERROR`, `NXDOMAIN`, `REFUSED`, …; a name without records of the type asked for is `NOERROR`. */
  readonly rcode: string;
  readonly records: readonly DnsRecord[];
  /** What the server added unasked: the addresses of an SRV record's targets. */
  readonly additional: readonly DnsRecord[];
  readonly over: "UDP" | "TCP";
}

export interface DnsOptions {
  readonly signal: AbortSignal;
  /** For both tries together. */
  readonly timeoutMs: number;
}

/** The largest datagram that passes any network whole. */
const datagramBytes = 1232;

/**
 * Asks one DNS server for the records of a name: over UDP, and over TCP where the answer is too long for it.
 * @throws ProbeError with the reason in words when there is no answer in time, and the signal's reason on abort.
 */
export async function askDns(
  server: Address,
  name: string,
  type: DnsType,
  options: DnsOptions,
): Promise<DnsAnswer> {
  const deadline = startDeadline(options.timeoutMs, options.signal);
  const id = randomInt(65_536);
  const question = { type, name: name.replace(/\.$/, ""), class: "IN" as const };
  try {
    const query = encodedQuery(id, question);
    return await naming(`${server.host}:${server.port}`, async () => {
      const short = read(await overUdp(server, query, deadline), "UDP");
      return short === "cut" ? whole(read(await overTcp(server, query, deadline), "TCP")) : short;
    });
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof ProbeError) throw error;
    if (deadline.timedOut())
      throw new ProbeError(`${server.host}:${server.port}: timed out after ${options.timeoutMs / 1000} s`);
    const seen = networkWords(error) ?? (error instanceof Error ? error.message : String(error));
    throw new ProbeError(`${server.host}:${server.port}: ${seen}`, { cause: error });
  } finally {
    deadline.clear();
  }
}

function encodedQuery(id: number, question: { type: DnsType; name: string; class: "IN" }): Buffer {
  const opt = { type: "OPT", name: ".", udpPayloadSize: datagramBytes, flags: 0, options: [] };
  return encode({
    type: "query",
    id,
    flags: RECURSION_DESIRED,
    questions: [question],
    additionals: [opt as unknown as Answer],
  });
}

function read(message: Buffer, over: DnsAnswer["over"]): DnsAnswer | "cut" {
  try {
    const packet = decode(message) as ReturnType<typeof decode> & { flags?: number; rcode?: string };
    if (over === "UDP" && ((packet.flags ?? 0) & TRUNCATED_RESPONSE) !== 0) return "cut";
    return {
      rcode: packet.rcode ?? "NOERROR",
      records: (packet.answers ?? []).flatMap(toRecord),
      additional: (packet.additionals ?? []).flatMap(toRecord),
      over,
    };
  } catch (error) {
    throw new ProbeError("the answer is not DNS", { cause: error });
  }
}

function whole(answer: DnsAnswer | "cut"): DnsAnswer {
  if (answer === "cut") throw new ProbeError("the answer is cut short over TCP too");
  return answer;
}

function toRecord(answer: Answer): DnsRecord[] {
  const { name } = answer;
  if (answer.type === "A") return [{ type: "A", name, ttl: answer.ttl ?? 0, address: answer.data }];
  if (answer.type !== "SRV") return [];
  const { target, port, priority = 0, weight = 0 } = answer.data;
  return [{ type: "SRV", name, ttl: answer.ttl ?? 0, target, port, priority, weight }];
}

function isReplyTo(query: Buffer, message: Buffer): boolean {
  return message.length >= 12 && message.readUInt16BE(0) === query.readUInt16BE(0) && message[2] !== undefined
    ? (message[2] & 0x80) !== 0
    : false;
}

function overUdp({ host, port }: Address, query: Buffer, deadline: Deadline): Promise<Buffer> {
  const socket = createSocket("udp4");
  const answer = new Promise<Buffer>((resolve, reject) => {
    socket.on("error", reject);
    // Stray and forged datagrams are passed over, not taken for the answer.
    socket.on("message", (message) => {
      if (isReplyTo(query, message)) resolve(message);
    });
    // Connected: only the server itself is heard, and a port where nothing listens is told at once.
    socket.connect(port, host, () => socket.send(query, (error) => error && reject(error)));
  });
  return Promise.race([answer, deadline.aborted]).finally(() => socket.close());
}

async function overTcp({ host, port }: Address, query: Buffer, deadline: Deadline): Promise<Buffer> {
  const socket = connect({ host, port, signal: deadline.signal });
  const frame = Buffer.alloc(2);
  frame.writeUInt16BE(query.length);
  socket.write(Buffer.concat([frame, query]));
  try {
    let received = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) continue;
      const message = received.subarray(2, 2 + received.readUInt16BE(0));
      if (!isReplyTo(query, message)) throw new ProbeError("the answer is to another question");
      return message;
    }
    throw new ProbeError("connection cut");
  } finally {
    socket.destroy();
  }
}
