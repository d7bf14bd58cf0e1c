import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { archivesOf } from "../../lab/archives.ts";
import { controllerOf } from "../../lab/controller.ts";
import { machineImages } from "../../lab/machine-needs.ts";
import type { Machine } from "../../lab/model.ts";
import { type RenderedFile, template } from "../../render/files.ts";
import { guestArchive, guestFiles, guestFolder, guestKeys } from "../../render/guest.ts";
import { ansibleEnv } from "../../tools/ansible.ts";
import { contentKey } from "../../tools/cache.ts";
import { type Command, pretty, type RunOptions, run as runCommand } from "../../tools/exec.ts";
import { readIfThere, readTemplates } from "../../tools/files.ts";
import { receiveFile, sizeAndTime, tellFile, unpackFolder } from "../../tools/remote-files.ts";
import { type OwnKey, ssh, unattended } from "../../tools/ssh.ts";
import { line, lineOf, type Task } from "../../ui/tasks.ts";
import type { Fleet, FleetRun } from "./fleet.ts";
import { prepareAnsible } from "./guest-ansible.ts";
import { type Site, type SiteRun, whileWatched } from "./provision.ts";

/** One answer over SSH; a machine under software emulation takes a while. */
const answerMs = 120_000;

/** Machines whose keys may be given to one of them. */
export interface FleetOfKeys extends Fleet {
  keyOf(machine: Machine): OwnKey;
}

/** Makes the machine that runs the playbooks ready for it: Ansible, the playbooks, the archive of images. */
export function bringPlaybooks(run: FleetOfKeys & FleetRun): Task {
  const controller = controllerOf(run.lab);
  const title = `Bring the playbooks into ${controller.name}`;
  return line(lineOf(run, "playbooks", title), async (say) => {
    const guest = guestOf(run, controller, say);
    const templates = readTemplates();
    const files = guestFiles(run.lab, templates);
    const key = contentKey(files);
    say("looking at what is there");
    const [there, archives] = await Promise.all([guest.brought(), wantedArchives(run)]);
    const news: string[] = [];
    if (there !== key) {
      if (await prepareAnsible(guest, template(templates, "guest/bootstrap.sh"))) news.push("Ansible");
      await guest.put(files, key);
      news.push(`${files.length} files`);
    }
    for (const { from, to } of archives.filter(({ from }) => existsSync(from)))
      if (await guest.putArchive(from, to)) news.push(basename(from));
    return news.length === 0 ? "nothing to change" : news.join(", ");
  });
}

/** `site.yml` run from inside a machine, which gets the other machines' keys for as long as that takes. */
export function siteInGuest({ lab, reach, keyOf, untilReady }: FleetOfKeys & SiteRun): Site {
  const controller = controllerOf(lab);
  const others = lab.machines.filter(({ name }) => name !== controller.name);
  const keys = others.flatMap((machine) => {
    const { key, knownHosts } = keyOf(machine);
    return [
      [`${machine.name}/private_key`, readFileSync(key, "utf8")],
      [`${machine.name}/known_hosts`, readIfThere(knownHosts) ?? ""],
    ];
  });
  const words = [
    "env",
    ...assignments({ ...ansibleEnv, ...whileWatched(untilReady) }),
    "python3",
    `${guestFolder}/run.py`,
    guestKeys,
    guestArchive,
    `${guestFolder}/${archivesOf(lab).folder}`,
  ];
  const byHand = [
    ...["mesos-lab", "ssh", "--name", lab.name, controller.name, "--"],
    ...["env", `--chdir=${guestFolder}`, "LC_ALL=C.UTF-8", "ansible-playbook", "site.yml"],
  ];
  return {
    command: ssh(reach(controller), words, unattended),
    heldInput: `${JSON.stringify(Object.fromEntries(keys))}\n`,
    byHand: pretty({ file: "npx", args: byHand }),
    inside: controller.name,
  };
}

/**
 * The archives with images that some machine does not have, and where the playbooks look for them. Every machine is
 * asked in any case: the first connection is the one that learns its host key, and what the playbooks are run from is
 * told that key.
 */
async function wantedArchives(run: FleetOfKeys & FleetRun): Promise<readonly { from: string; to: string }[]> {
  const { lab, folder, reach, keyOf, signal } = run;
  const { folder: below, images } = archivesOf(lab);
  const missing = await Promise.all(
    lab.machines.map(async (machine) => {
      const all = machineImages(lab, machine);
      const wanted = lab.stack === "rehearsal" ? all : all.filter((image) => images[image] !== undefined);
      if (wanted.length === 0 && existsSync(keyOf(machine).knownHosts)) return [];
      const look = ["sudo", "docker", "image", "inspect", "--format", "{{.Id}}", ...wanted];
      const command = ssh(reach(machine), wanted.length === 0 ? ["true"] : look, unattended);
      const { exitCode, stdout } = await runCommand(command, { signal, timeoutMs: answerMs, accept: "any" });
      if (lab.stack === "rehearsal") return exitCode === 0 ? [] : ["images.tar"];
      return wanted.flatMap((image) => {
        const { id, archive } = images[image] as { id: string; archive: string };
        return stdout.includes(id) ? [] : [`${below}/${archive}`];
      });
    }),
  );
  return [...new Set(missing.flat())].map((path) => ({
    from: folder.file(path),
    to: path === "images.tar" ? guestArchive : `${guestFolder}/${path}`,
  }));
}

function guestOf({ folder, reach, signal }: FleetRun, machine: Machine, say: (text: string) => void) {
  const logFile = folder.freshLog("playbooks");
  const through = ({ file, args, env = {} }: Command) =>
    ssh(reach(machine), ["env", ...assignments(env), file, ...args], unattended);
  const inside = ([file = "", ...args]: readonly string[], options: RunOptions = {}) =>
    runCommand(through({ file, args }), { signal, timeoutMs: answerMs, logFile, ...options });

  return {
    machine,
    through,
    inside,
    say,
    signal,

    /** The key of the files that are there, if any. */
    brought: async (): Promise<string> => {
      const { stdout } = await inside(["cat", `${guestFolder}/key`], { accept: [0, 1] });
      return stdout.trim();
    },

    put: async (files: readonly RenderedFile[], key: string): Promise<void> => {
      say("copying the playbooks");
      const all = [...files, { path: "key", contents: `${key}\n` }];
      const contents = Object.fromEntries(all.map((file) => [file.path, file.contents]));
      await inside(unpackFolder(guestFolder), { input: JSON.stringify(contents) });
    },

    /** Copies an archive unless it is there with its size and time; returns whether it did. */
    putArchive: async (from: string, to: string): Promise<boolean> => {
      const { size, mtimeMs } = statSync(from);
      const time = Math.floor(mtimeMs / 1000);
      const seen = await inside(tellFile(to), { accept: [0, 1] });
      if (seen.stdout.trim() === sizeAndTime(size, time)) return false;
      say(`copying ${basename(from)}`);
      await inside(["mkdir", "-p", dirname(to)]);
      await inside(receiveFile(to, size, time), { inputFile: from, timeoutMs: 1_800_000 });
      return true;
    },
  };
}

function assignments(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
