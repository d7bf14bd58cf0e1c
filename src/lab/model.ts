/** The words of a lab: pure data, computed once from the lab file and the flags. */

export const stackNames = ["classic", "rehearsal"] as const;
/** `classic`: the tutorial's images of 2015/16. `rehearsal`: images that `mesos-lab images build` makes. */
export type StackName = (typeof stackNames)[number];

export const providerNames = ["virtualbox", "libvirt", "vmware_desktop", "parallels"] as const;
export type ProviderName = (typeof providerNames)[number];

/** In the order in which they have to start. */
export const serviceNames = ["zookeeper", "mesos-master", "mesos-slave", "marathon", "bamboo"] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface Machine {
  readonly name: string;
  readonly ip: string;
  /** MiB. */
  readonly memory: number;
  readonly cpus: number;
  readonly services: readonly ServiceName[];
}

/** The ports under which the services are reached on their machines. */
export interface Ports {
  readonly mesosMaster: number;
  readonly mesosSlave: number;
  readonly marathon: number;
  readonly bamboo: number;
  readonly haproxy: number;
}

/** Where ZooKeeper listens: fixed inside the tutorial's image. */
export const zookeeperPort = 2181;

export interface Box {
  readonly name: string;
  readonly version?: string;
  /** Where to fetch the box from when it is not in a catalogue: a URL or an absolute path. */
  readonly url?: string;
}

export interface Lab {
  readonly name: string;
  readonly stack: StackName;
  readonly provider: ProviderName;
  /** libvirt only: QEMU runs the machines in software, some ten times slower. Absent: `create` tries KVM. */
  readonly emulation?: boolean;
  readonly box: Box;
  readonly machines: readonly Machine[];
  /** The image of each service, and of the demo application. */
  readonly images: Readonly<Record<ServiceName | "tomcat", string>>;
  readonly ports: Ports;
  /** What the lock holds images to, by reference: `sha256:…` of a manifest. */
  readonly digests?: Readonly<Record<string, string>>;
}

/** The machines that run a service, in the lab's order. */
export function machinesWith(lab: Lab, service: ServiceName): readonly Machine[] {
  return lab.machines.filter((machine) => machine.services.includes(service));
}
