import { once } from "./once.ts";

/** The words of a lab: pure data, computed once from the lab file and the flags. */

export const stackNames = ["classic", "rehearsal"] as const;
/** `classic`: the tutorial's images of 2015/16. `rehearsal`: images that `mesos-lab images build` makes. */
export type StackName = (typeof stackNames)[number];

export const providerNames = ["virtualbox", "libvirt", "vmware_desktop", "parallels"] as const;
export type ProviderName = (typeof providerNames)[number];

/** What every lab runs, in the order in which it has to start. */
export const coreServiceNames = ["zookeeper", "mesos-master", "mesos-slave", "marathon"] as const;

export type CoreServiceName = (typeof coreServiceNames)[number];

/** What a Mesos is made of: a lab that joins one has none of it. */
export function isOfMesos(service: ServiceName): boolean {
  return service === "mesos-master" || service === "mesos-slave";
}

/** The ways in which clients find an application: the tutorial's and the three that it names at its end. */
export const discoveryNames = ["bamboo", "mesos-dns", "marathon-lb", "haproxy-marathon-bridge"] as const;
export type DiscoveryName = (typeof discoveryNames)[number];

/** In the order in which they have to start. */
export const serviceNames = [...coreServiceNames, ...discoveryNames] as const;
export type ServiceName = (typeof serviceNames)[number];

/** What has an image; the bridge is a script and a program of the distribution. */
export type ImageName = Exclude<ServiceName, "haproxy-marathon-bridge"> | "tomcat";

export const imagePlaces = ["host", "machines"] as const;
/** Who fetches the classic stack's images: this host, once and for all machines, or each machine's engine. */
export type ImagePlace = (typeof imagePlaces)[number];

export const runsOnNames = ["vagrant", "hosts", "embedded"] as const;
/**
 * `vagrant`: virtual machines. `hosts`: machines that are there already, over SSH. `embedded`: no machines, the services
 * are processes of this host on loopback.
 */
export type RunsOnName = (typeof runsOnNames)[number];

/** Where the playbooks run: on this host, or from inside one of the lab's machines. */
export type AnsiblePlace = "host" | "guest";

export interface Machine {
  readonly name: string;
  readonly ip: string;
  /** MiB. */
  readonly memory: number;
  readonly cpus: number;
  readonly services: readonly ServiceName[];
  /** Which of the slaves it is, where its place among them does not tell: others have left since it was made. */
  readonly slaveNumber?: number;
  /** Where this machine's ports are not the lab's: in embedded labs, where the host had them taken. */
  readonly ports?: Partial<Ports>;
}

/** One service on one machine. */
export interface Part {
  readonly service: ServiceName;
  readonly machine: Machine;
}

/** The ports under which the services are reached on their machines. */
export interface Ports {
  readonly zookeeper: number;
  readonly mesosMaster: number;
  readonly mesosSlave: number;
  readonly marathon: number;
  readonly bamboo: number;
  /** Bamboo's HAProxy. */
  readonly haproxy: number;
  /** Mesos-DNS: UDP and TCP. */
  readonly dns: number;
  /** Mesos-DNS: its HTTP API. */
  readonly mesosDns: number;
  /** marathon-lb: the virtual hosts. */
  readonly marathonLb: number;
  /** marathon-lb: its page and statistics. */
  readonly marathonLbAdmin: number;
  /** marathon-lb: where it routes by the header X-Marathon-App-Id. */
  readonly marathonLbApps: number;
  /** haproxy-marathon-bridge: the statistics of the HAProxy on each slave. */
  readonly bridge: number;
}

export type PortName = keyof Ports;

export interface Box {
  readonly name: string;
  readonly version?: string;
  /** Where to fetch the box from when it is not in a catalogue: a URL or an absolute path. */
  readonly url?: string;
}

/** Virtual machines that Vagrant makes of a box. */
export interface VagrantRuns {
  readonly kind: "vagrant";
  readonly provider: ProviderName;
  readonly box: Box;
  /** libvirt only: QEMU runs the machines in software, some ten times slower. Absent: `create` tries KVM. */
  readonly emulation?: boolean;
  /** Seconds that a machine may take to boot. Absent: ten minutes, and four times as long under emulation. */
  readonly bootTimeout?: number;
}

/** How SSH gets to a machine. What is left out is the user's own ssh's to know. */
export interface SshAccess {
  /** A host of the user's own ssh config, which says all the rest. */
  readonly alias?: string;
  /** A name or an address; absent: the machine's own. */
  readonly host?: string;
  readonly user?: string;
  readonly port?: number;
  /** The file of a private key. */
  readonly identityFile?: string;
  /** `[user@]host[:port]` */
  readonly proxyJump?: string;
}

/** Machines that are there already and belong to somebody: reached over SSH. */
export interface HostsRuns {
  readonly kind: "hosts";
  /** By the machine's name. */
  readonly ssh: Readonly<Record<string, SshAccess>>;
  /** Whether drills may reboot them. */
  readonly reboot: boolean;
}

/** Processes of this host on loopback. What they are made of is absent until `create` has found it out. */
export interface EmbeddedRuns {
  readonly kind: "embedded";
  /** What carries the traffic: the host's HAProxy, or a proxy inside Bamboo's process. */
  readonly proxy?: "haproxy" | "built-in";
  /** What keeps the shared state: the host's ZooKeeper, or a store inside the lab's launcher. */
  readonly zookeeper?: "host" | "store";
  /** Whether every user of this computer may call its services. Absent: only who made the lab. */
  readonly shared?: true;
}

export type Runs = VagrantRuns | HostsRuns | EmbeddedRuns;

/** A Mesos that was there before the lab and is not the lab's: the lab's Marathon joins it. */
export interface JoinedMesos {
  /** Where its masters are elected: `zk://host:2181,…/mesos`. */
  readonly zk: string;
  /** What `create` has found there; absent before. */
  readonly found?: FoundMesos;
}

export interface FoundMesos {
  /** `ip:port` of its masters; the one that led is the first. */
  readonly masters: readonly string[];
  /** `0.24.1` */
  readonly version: string;
  /** The name of the lab's Marathon there. No other framework has it. */
  readonly framework: string;
}

export interface Lab<R extends Runs = Runs> {
  readonly name: string;
  readonly stack: StackName;
  /** Where the lab runs. */
  readonly runs: R;
  /** Absent: the lab makes a Mesos of its own. */
  readonly mesos?: JoinedMesos;
  readonly machines: readonly Machine[];
  /** The image of each service, and of the demo application. */
  readonly images: Readonly<Record<ImageName, string>>;
  readonly ports: Ports;
  /** What the lock holds images to, by reference: `sha256:…` of a manifest. */
  readonly digests?: Readonly<Record<string, string>>;
  /** There where the lab was made from a bundle. */
  readonly bundle?: Bundled;
  /** A mirror or cache of Docker Hub. */
  readonly registry?: string;
  /** Absent: this host fetches them. */
  readonly imagesFrom?: "machines";
  /** What this host has fetched of the lab's images, by reference. */
  readonly fetched?: Readonly<Record<string, FetchedImage>>;
}

/** An image that lies in the lab's folder as an archive. */
export interface FetchedImage {
  /** In an engine. */
  readonly id: string;
  /** `sha256:…` of what its registry gave for it. */
  readonly digest: string;
  /** Its file, below `images/` of the lab's folder. */
  readonly archive: string;
}

export type VagrantLab = Lab<VagrantRuns>;
export type HostsLab = Lab<HostsRuns>;
export type EmbeddedLab = Lab<EmbeddedRuns>;

/** What of a bundle lies in the lab's folder, so that its machines need not fetch it. */
export interface Bundled {
  /** By reference: the image's id, and the archive that it is in. */
  readonly images: Readonly<Record<string, { readonly id: string; readonly archive: string }>>;
  readonly packages: boolean;
  /** The archive of the rehearsal images, below the lab's folder. */
  readonly archive?: string;
  /** The static Docker client. */
  readonly client: boolean;
}

/** The ports of one machine. */
export function portsOf(lab: Lab, machine: Machine): Ports {
  return { ...lab.ports, ...machine.ports };
}

/** The machines that run a service, in the lab's order. */
export function machinesWith({ machines }: Lab, service: ServiceName): readonly Machine[] {
  return byService(machines).get(service) ?? [];
}

const byService = once(
  (machines: readonly Machine[]): ReadonlyMap<ServiceName, readonly Machine[]> =>
    new Map(
      serviceNames.map((service) => [service, machines.filter(({ services }) => services.includes(service))]),
    ),
);

/** Whether Mesos means this machine by a host. */
export function isAt({ ip, name }: Machine, host: string | undefined): boolean {
  return host === ip || host === name;
}

/** The machine that Mesos means by a task's host. @throws Error for one that is not the lab's */
export function machineAt(lab: Lab, host: string): Machine {
  const machine = lab.machines.find((each) => isAt(each, host));
  if (machine === undefined) throw new Error(`no machine of the lab is ${host}`);
  return machine;
}

/** Every service on every machine, in the order in which they have to start. */
export function partsOf(lab: Lab): readonly Part[] {
  return serviceNames.flatMap((service) =>
    machinesWith(lab, service).map((machine) => ({ service, machine })),
  );
}
