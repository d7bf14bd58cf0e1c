import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { defaultCacheDir } from "../../src/tools/cache.ts";
import { run } from "../../src/tools/exec.ts";
import { type Hosts, loginUser, openHosts } from "../helpers/hosts/hosts.ts";
import { workshopLab } from "../helpers/workshop/lab.ts";
import { openWorkshop } from "../helpers/workshop/workshop.ts";

/** A lab of three masters and three slaves that the bench drills. */
export interface LeaderLab {
  /** Runs a command of the tool for it. */
  run(...args: string[]): Promise<{ readonly exitCode: number | null | undefined; readonly stdout: string }>;
  /** Removes it. */
  close(): Promise<void>;
}

const names = ["m1", "m2", "m3", "s1", "s2", "s3"];
const servicesOf = (name: string) =>
  name.startsWith("s")
    ? "mesos-slave"
    : `zookeeper, mesos-master, marathon${name === "m1" ? ", bamboo" : ""}`;
const machinesAt = (addressOf: (name: string) => string) =>
  names
    .map((name) => `  - {name: ${name}, ip: ${addressOf(name)}, services: [${servicesOf(name)}]}\n`)
    .join("");

/** As processes on this computer. */
export async function embeddedLeaders(): Promise<LeaderLab> {
  const workshop = openWorkshop();
  const addressOf = (name: string) => `127.0.77.${(name.startsWith("m") ? 10 : 20) + Number(name[1])}`;
  const lab = workshopLab(workshop, `runsOn: embedded\nmachines:\n${machinesAt(addressOf)}`);
  return {
    run: (...args) => lab.start(...args).ran,
    close: async () => {
      await lab.remove().catch((error: Error) => process.stderr.write(`${error.message}\n`));
      await workshop.close();
    },
  };
}

/** On six hosts, each a namespace with a systemd, an sshd and a Docker engine of its own: as root, after `npm run build`. */
export async function hostLeaders(): Promise<LeaderLab> {
  const cli = new URL("../../dist/cli.js", import.meta.url).pathname;
  const desk = mkdtempSync(join(tmpdir(), "mesos-lab-leaders-"));
  const addressOf = (name: string) => `192.168.33.${11 + names.indexOf(name)}`;
  await run({ file: process.execPath, args: [cli, "images", "build"] });
  const hosts: Hosts = await openHosts(names.map((name) => ({ name, address: addressOf(name) })));
  writeFileSync(
    join(desk, "mesos-lab.yaml"),
    `name: leaders\nrunsOn: hosts\nssh: {user: ${loginUser}, identityFile: ${hosts.key}}\ndrills: {reboot: true}\nmachines:\n${machinesAt(addressOf)}`,
  );
  return {
    run: (...args) =>
      hosts.exec(process.execPath, [cli, ...args], {
        cwd: desk,
        env: { HOME: desk, XDG_CACHE_HOME: dirname(defaultCacheDir()) },
        accept: "any",
      }),
    close: async () => {
      await hosts.close();
      rmSync(desk, { recursive: true, force: true });
    },
  };
}
