import { page } from "../mesos/page.ts";
import { type MasterView, orphans } from "./state-json.ts";

/** The master's page. */
export function masterPage({ cluster, election, info }: MasterView) {
  const amounts = ({ scalars }: { readonly scalars: Readonly<Record<string, number>> }) =>
    `${scalars.cpus ?? 0} CPUs, ${scalars.mem ?? 0} MB`;
  return page(
    "Mesos master",
    [
      ["Master", info.pid],
      ["Leader", election.leader?.pid ?? "none"],
    ],
    [
      {
        title: "Frameworks",
        columns: ["ID", "Name", "Host", "Web page", "Active"],
        rows: [...cluster.frameworks.values()].map(({ id, info: framework, link }) => [
          id,
          framework.name,
          framework.hostname ?? "",
          framework.webui_url ?? "",
          link === undefined ? "no" : "yes",
        ]),
      },
      {
        title: "Slaves",
        columns: ["ID", "Host", "Resources", "Used", "Active"],
        rows: [...cluster.agents.values()].map((agent) => [
          agent.id,
          agent.registration.hostname,
          amounts(agent.registration.resources),
          amounts(cluster.usedOn(agent)),
          agent.link === undefined ? "no" : "yes",
        ]),
      },
      {
        title: "Tasks",
        columns: ["ID", "Name", "State", "Slave"],
        rows: [...cluster.tasks()].map(({ info: task, state, agentId }) => [
          task.task_id.value,
          task.name,
          state,
          agentId,
        ]),
      },
      {
        title: "Orphan tasks",
        columns: ["ID", "Framework"],
        rows: orphans(cluster).map((task) => [task.info.task_id.value, task.frameworkId]),
      },
    ],
  );
}
