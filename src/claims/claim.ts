import type { Machine, ServiceName } from "../lab/model.ts";
import type { ProbeContext } from "../probes/context.ts";

/** What a look found, and whether it is what was claimed. */
export interface Judgement {
  readonly holds: boolean;
  readonly seen: string;
  /** What is missing has begun and needs time: a task that starts. It is waited for longer than other claims. */
  readonly starting?: boolean;
  /** No waiting makes it hold. */
  readonly final?: boolean;
}

/** One thing that is true of a lab that works, with a way to see it for oneself. */
export interface Claim {
  /** Stable name: `zookeeper-serves@master`. */
  readonly id: string;
  readonly service: ServiceName;
  /** The machine's name; several are joined with a comma. */
  readonly machine: string;
  readonly title: string;
  readonly expected: string;
  /** A command that shows it by hand, with this lab's values; can be pasted as it stands. */
  readonly look: string;
  /** Looks once. @throws ProbeError when there was nothing to judge. */
  readonly check: (context: ProbeContext) => Promise<Judgement>;
}

/** A claim's stable name and the machines it is about. */
export function about(name: string, ...machines: readonly Machine[]): { id: string; machine: string } {
  const names = machines.map((machine) => machine.name);
  return { id: `${name}@${names.join("+")}`, machine: names.join(", ") };
}
