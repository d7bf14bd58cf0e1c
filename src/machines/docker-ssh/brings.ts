import { effective } from "../../lab/catalogue/container.ts";
import { entriesOn } from "../../lab/catalogue/index.ts";
import { machineContainers, machineImages, machinePrograms } from "../../lab/machine-needs.ts";
import type { Lab, Machine } from "../../lab/model.ts";

/** What a lab puts on a host, unless it is there already. */
export interface Brought {
  readonly containers: readonly string[];
  readonly images: readonly string[];
  readonly volumes: readonly string[];
  /** Folders of the machine in which containers keep what they store. */
  readonly folders: readonly string[];
  /** Files and folders, those among them. */
  readonly paths: readonly string[];
  /** Files of systemd's units. */
  readonly units: readonly string[];
  /** Programs, each with its package. */
  readonly programs: Readonly<Record<string, string>>;
}

/** Folders of the machine that containers look into, rather than have made for them. */
const ofTheSystem = /^\/(?:dev|proc|run|sys|usr|var\/run)(?:\/|$)/;

export function broughtTo(lab: Lab, machine: Machine): Brought {
  const entries = entriesOn(lab, machine);
  const sources = entries.flatMap((entry) =>
    (effective(entry).volumes ?? []).map((volume) => volume.split(":")[0] as string),
  );
  const folders = sources.filter((source) => source.startsWith("/") && !ofTheSystem.test(source));
  const bridge = machine.services.includes("haproxy-marathon-bridge");
  return {
    containers: machineContainers(lab, machine).map(({ name }) => name),
    images: machineImages(lab, machine),
    volumes: sources.filter((source) => !source.startsWith("/")),
    folders,
    paths: [
      ...new Set([...folders, ...entries.flatMap(({ config }) => config?.folder ?? [])]),
      ...(bridge ? bridgeFiles : []),
    ],
    units: bridge ? bridgeUnits : [],
    programs: machinePrograms(machine),
  };
}

/** As playbooks/haproxy-marathon-bridge.yml lays them out. */
const bridgeFiles = ["/usr/local/bin/haproxy-marathon-bridge", "/etc/default/haproxy-marathon-bridge"];
const bridgeUnits = ["service", "timer"].map((kind) => `/etc/systemd/system/haproxy-marathon-bridge.${kind}`);
