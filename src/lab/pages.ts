import { type Lab, machinesWith, type Ports, portsOf, type ServiceName } from "./model.ts";

export interface Page {
  readonly title: string;
  readonly service: ServiceName;
  readonly url: string;
}

/** The pages of a lab that a browser can open. */
export function pages(lab: Lab): readonly Page[] {
  const at = (title: string, service: ServiceName, name: keyof Ports) =>
    machinesWith(lab, service).map((machine) => {
      const port = portsOf(lab, machine)[name];
      return { title, service, url: `http://${machine.ip}${port === 80 ? "" : `:${port}`}/` };
    });
  return [
    ...at("Mesos", "mesos-master", "mesosMaster"),
    ...at("Marathon", "marathon", "marathon"),
    ...at("Bamboo", "bamboo", "bamboo"),
    ...at("HAProxy", "bamboo", "haproxy"),
  ];
}
