import { type Page, pageUrl } from "./catalogue/method.ts";
import { methods } from "./catalogue/methods.ts";
import { discoveryOf } from "./discovery.ts";
import { type Lab, machinesWith, type ServiceName } from "./model.ts";

export type { Page } from "./catalogue/method.ts";

/** The pages of a lab that a browser can open. */
export function pages(lab: Lab): readonly Page[] {
  const { ports } = lab;
  const at = (title: string, service: ServiceName, port: number) =>
    machinesWith(lab, service).map((machine) => ({ title, service, url: pageUrl(machine, port) }));
  return [
    ...at("Mesos", "mesos-master", ports.mesosMaster),
    ...at("Marathon", "marathon", ports.marathon),
    ...discoveryOf(lab).flatMap((name) => methods[name].pages(lab)),
  ];
}
