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

export function makeMasterInfo(id: string, hostname: string, ip: string, port: number): MasterInfo {
  const number = ip.split(".").reduceRight((rest, part) => rest * 256 + Number(part), 0);
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
