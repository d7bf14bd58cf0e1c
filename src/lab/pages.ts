import { type Lab, machinesWith, type ServiceName } from "./model.ts";

export interface Page {
  readonly title: string;
  readonly service: ServiceName;
  readonly url: string;
}

/** The pages of a lab that a browser can open. */
export function pages(lab: Lab): readonly Page[] {
  const { ports } = lab;
  const at = (title: string, service: ServiceName, port: number) =>
    machinesWith(lab, service).map(({ ip }) => ({
      title,
      service,
      url: `http://${ip}${port === 80 ? "" : `:${port}`}/`,
    }));
  return [
    ...at("Mesos", "mesos-master", ports.mesosMaster),
    ...at("Marathon", "marathon", ports.marathon),
    ...at("Bamboo", "bamboo", ports.bamboo),
    ...at("HAProxy", "bamboo", ports.haproxy),
  ];
}
