import type { Machine } from "../lab/model.ts";
import type { Http } from "./http.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a machine's port is really reached. */
export type AddressOf = (machine: Machine, port: number) => Address;

/** What a look at the lab needs. */
export interface ProbeContext {
  readonly http: Http;
  readonly signal: AbortSignal;
  /** For one request. */
  readonly timeoutMs: number;
  readonly addressOf: AddressOf;
  /** Which of Mesos' two state paths answered last, by origin; filled by the probes. */
  readonly statePaths: Map<string, string>;
}

/** The address the lab file gives: true wherever the host is on the machines' network. */
export const labAddress: AddressOf = (machine, port) => ({ host: machine.ip, port });

/** Looks at a lab where its lab file says that it is. @param timeoutMs for one request */
export function labContext(http: Http, signal: AbortSignal, timeoutMs: number): ProbeContext {
  return { http, signal, timeoutMs, addressOf: labAddress, statePaths: new Map() };
}

/** `http://host:port` of a machine's port, as this context reaches it. */
export function originOf(context: ProbeContext, machine: Machine, port: number): string {
  const address = context.addressOf(machine, port);
  return `http://${address.host}:${address.port}`;
}
