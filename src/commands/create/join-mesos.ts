import { randomBytes } from "node:crypto";
import { LabError } from "../../errors.ts";
import { hasPlaybooks } from "../../lab/runs.ts";
import { line, lineOf } from "../../ui/tasks.ts";
import type { Step } from "./making.ts";

/** Finds the Mesos that the lab is to join, and looks whether its tasks will be reached. */
export const joinMesos: Step = (making) => {
  const { mesos } = making.lab;
  if (mesos === undefined) return [];
  return [
    line(lineOf(making, "join", `Find the Mesos at ${mesos.zk}`), async () => {
      const { signal } = making;
      const { findMesos } = await import("../../machines/joined/find-mesos.ts");
      const { unreachableAgents } = await import("../../machines/joined/reach-agents.ts");
      const { masters, state } = await findMesos(mesos.zk, signal);
      const { version } = state;
      // Unlike any other: what a lab registers there is found again by this name, and by nothing else.
      const framework = mesos.found?.framework ?? `marathon-${randomBytes(3).toString("hex")}`;
      making.lab = { ...making.lab, mesos: { ...mesos, found: { masters, version, framework } } };
      const agents = state.slaves.filter(({ active }) => active).length;
      const faults = await unreachableAgents(state, signal);
      // Playbooks set up other machines, which may reach what this host does not.
      if (faults.length > 0 && !hasPlaybooks(making.lab)) throw unreachable(faults);
      const notes = faults.map((fault) => `this host does not reach the agent ${fault}`);
      return [`Mesos ${version}, ${agents === 1 ? "1 agent" : `${agents} agents`}`, ...notes].join("; ");
    }),
  ];
};

function unreachable(faults: readonly string[]): LabError {
  return new LabError(
    "mesos-agents-out-of-reach",
    "agents of the Mesos cannot be reached from here, so neither could their tasks",
    {
      details: faults,
      remedy: [
        "make their names known here, in /etc/hosts",
        "or start the agents with a --hostname that is known here",
      ],
    },
  );
}
