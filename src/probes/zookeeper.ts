import { connect } from "node:net";
import { clean } from "../untrusted.ts";
import { naming } from "./answer.ts";
import type { Address } from "./context.ts";
import { startDeadline } from "./deadline.ts";
import { networkWords } from "./network-words.ts";
import { ProbeError } from "./probe-error.ts";

const maxAnswerBytes = 1024 * 1024;

export interface ZookeeperInfo {
  /** Version number without the build: `3.4.6`. */
  readonly version: string;
  /** `standalone`, `leader`, `follower` or `observer`. */
  readonly mode: string;
  readonly nodeCount: number;
}

/** Asks ZooKeeper for its version, mode and node count; `srvr` is the one word that every release allows. */
export async function askZookeeper(
  address: Address,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<ZookeeperInfo> {
  return naming(`${address.host}:${address.port}`, async () =>
    parseSrvr(await fourLetterWord(address, "srvr", options)),
  );
}

/** Reads the answer to `srvr`. @throws ProbeError with the reason when it is not that of a serving ZooKeeper. */
export function parseSrvr(text: string): ZookeeperInfo {
  if (text.includes("not currently serving requests")) throw new ProbeError("not currently serving requests");
  if (text.includes("not in the whitelist")) throw new ProbeError("srvr is not in ZooKeeper's whitelist");
  const version = /^Zookeeper version: ([\w.]+)/m.exec(text)?.[1];
  const mode = /^Mode: (\w+)/m.exec(text)?.[1];
  const nodeCount = /^Node count: (\d+)/m.exec(text)?.[1];
  if (version === undefined || mode === undefined || nodeCount === undefined)
    throw new ProbeError(text === "" ? "an empty answer" : `not an answer to srvr: ${clean(text, 80)}`);
  return { version, mode, nodeCount: Number(nodeCount) };
}

/** Sends one of ZooKeeper's four-letter words and reads until it closes, at most 1 MiB. @throws ProbeError */
export async function fourLetterWord(
  address: Address,
  word: string,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<string> {
  const deadline = startDeadline(options.timeoutMs, options.signal);
  const socket = connect({ host: address.host, port: address.port, signal: deadline.signal });
  try {
    socket.write(word);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) throw new ProbeError("answer too large");
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    options.signal.throwIfAborted();
    if (deadline.timedOut()) throw new ProbeError(`timed out after ${options.timeoutMs / 1000} s`);
    if (error instanceof ProbeError) throw error;
    const seen = networkWords(error) ?? (error instanceof Error ? error.message : String(error));
    throw new ProbeError(seen, { cause: error });
  } finally {
    deadline.clear();
    socket.destroy();
  }
}
