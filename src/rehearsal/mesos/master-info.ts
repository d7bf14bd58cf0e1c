import { mesosVersion } from "./version.ts";

/** What a master writes into ZooKeeper, as JSON since Mesos 0.24. */
export interface MasterInfo {
  readonly address: { readonly hostname: string; readonly ip: string; readonly port: number };
  readonly hostname: string;
  readonly id: string;
  /** The address as a number whose lowest byte is the address' first. */
  readonly ip: number;
  readonly pid: string;
  readonly port: number;
  readonly version: string;
}

/** A master's id is made of when and where it was started: `20151230-101500-304195776-5050-7`. */
export function makeMasterInfo(hostname: string, ip: string, port: number, started = new Date()): MasterInfo {
  const number = ip.split(".").reduceRight((rest, part) => rest * 256 + Number(part), 0);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${started.getFullYear()}${two(started.getMonth() + 1)}${two(started.getDate())}`;
  const time = [started.getHours(), started.getMinutes(), started.getSeconds()].map(two).join("");
  const id = `${day}-${time}-${number}-${port}-${process.pid}`;
  return {
    address: { hostname, ip, port },
    hostname,
    id,
    ip: number,
    pid: `master@${ip}:${port}`,
    port,
    version: mesosVersion,
  };
}

/** The info in a node's text, or undefined where it is something else. */
export function parseMasterInfo(text: string): MasterInfo | undefined {
  try {
    const info = JSON.parse(text) as Partial<MasterInfo>;
    return typeof info?.pid === "string" && typeof info.address?.ip === "string"
      ? (info as MasterInfo)
      : undefined;
  } catch {
    return undefined;
  }
}
