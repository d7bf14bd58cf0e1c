import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../src/errors.ts";
import { run } from "../../src/tools/exec.ts";
import { processesOf } from "../helpers/run/leftovers.ts";
import { openVmNamespace } from "../helpers/vm-namespace.ts";
import { ranOf } from "../helpers/workshop/lab.ts";
import type { Workshop } from "../helpers/workshop/workshop.ts";
import { begun } from "./begun.ts";
import type { Place, Signal } from "./places.ts";

/** One machine with all of a lab: it boots in half the time of two. */
const labFile = `runsOn: vagrant
stack: rehearsal
provider: libvirt
box: { name: mesos-lab/rehearsal }
machines:
  - { name: only, ip: 192.168.33.18, memory: 2048, cpus: 2, services: [zookeeper, mesos-master, mesos-slave, marathon, bamboo] }
`;
const buildMs = 40 * 60_000;

/**
 * Machines of libvirt in a network namespace of their own, in software where there is no KVM: minutes for each case.
 * Needs root and the packages of test/e2e/packages.txt.
 */
export async function machinesPlace(workshop: Workshop, say: (line: string) => void): Promise<Place> {
  const home = join(workshop.cli, "../../../machines");
  mkdirSync(home);
  const own = { VAGRANT_HOME: join(home, "vagrant") };
  for (const words of ["images build", "box build --with-images"]) {
    say(words);
    const command = {
      file: process.execPath,
      args: [workshop.cli, ...words.split(" ")],
      cwd: home,
      env: own,
    };
    await inTurn(() => run(command, { timeoutMs: buildMs }));
  }
  const namespace = await openVmNamespace();
  const virsh = async (...args: readonly string[]) =>
    (await namespace.exec("virsh", ["--connect", "qemu:///system", ...args])).stdout.trim();
  const lab: Place["lab"] = () => {
    const folder = mkdtempSync(join(home, "lab-"));
    writeFileSync(join(folder, "mesos-lab.yaml"), labFile);
    const start = (...args: readonly string[]) => {
      const { file, args: words } = namespace.command({
        ...{ file: process.execPath, args: [workshop.cli, ...args], cwd: folder, env: own },
      });
      const child = spawn(file, words, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
      const interrupt = (signal: Signal) => {
        const tool = childOf(child.pid);
        if (tool !== undefined) process.kill(tool, signal);
      };
      const ran = ranOf(child, args.join(" "), machineLimitMs);
      return { interrupt, begun: begun(ran, () => childOf(child.pid)), ran };
    };
    return {
      folder,
      start,
      run: async (...args) => {
        const { exitCode, signal, stdout, stderr } = await start(...args).ran;
        if (exitCode === 0) return stdout;
        throw new Error(`mesos-lab ${args.join(" ")} ended with ${signal ?? exitCode}:\n${stderr}`);
      },
      running: () => processesOf(folder).map(({ what }) => what),
    };
  };
  return {
    verbs: {
      create: [],
      // The one before it sees to it that there are snapshots.
      reset: [["create"], ["reset"]],
      halt: [["create"]],
      up: [["create"], ["halt"]],
      destroy: [["create"]],
    },
    signals: ["SIGINT", "SIGTERM", "SIGKILL"],
    moments: [0.1, 0.4, 0.8],
    labsAreDear: true,
    lab,
    left: async () => {
      const [machines, networks, volumes] = await Promise.all([
        virsh("list", "--all", "--name"),
        virsh("net-list", "--all", "--name"),
        virsh("vol-list", "default").catch(() => ""),
      ]);
      const disks = volumes.split("\n").filter((line) => /-only\b/.test(line));
      return [...machines.split("\n"), ...networks.split("\n"), ...disks].filter(
        (name) => name.trim() !== "",
      );
    },
    close: () => namespace.close(),
  };
}

/** Another part may be building into the same cache. */
async function inTurn(build: () => Promise<unknown>): Promise<void> {
  for (const deadline = performance.now() + buildMs; ; await sleep(1_000)) {
    try {
      await build();
      return;
    } catch (error) {
      const isTaken =
        error instanceof LabError && error.details.some((line) => line.includes("cache-in-use"));
      if (!isTaken || performance.now() > deadline) throw error;
    }
  }
}

/** Longer than a machine in software takes for anything. */
const machineLimitMs = 60 * 60_000;

/** The program that `nsenter` has started: it hands no signal on. */
function childOf(pid: number | undefined): number | undefined {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    return child === undefined || child === "" ? undefined : Number(child);
  } catch {
    return undefined;
  }
}
