import type { Ports } from "../model.ts";

/** The services' own ports, which the tutorial uses: no flag is needed for them. */
export const defaultPorts: Ports = {
  mesosMaster: 5050,
  mesosSlave: 5051,
  marathon: 8080,
  bamboo: 8000,
  haproxy: 80,
  dns: 53,
  mesosDns: 8123,
  marathonLb: 80,
  bridge: 9090,
};
