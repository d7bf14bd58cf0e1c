import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes, LabError } from "../../errors.ts";
import { type Finding, lacking } from "../../lab/finding.ts";
import type { ProviderName } from "../../lab/model.ts";
import { run } from "../../tools/exec.ts";
import { withTemporaryFolder } from "../../tools/temporary.ts";
import { anyMachine, type Failure, parseFailure, vagrantTries } from "../../tools/vagrant.ts";

/** Providers by their names for people, and the plugins of those that Vagrant does not bring itself. */
const known: Readonly<Record<ProviderName, { readonly title: string; readonly plugin?: string }>> = {
  virtualbox: { title: "VirtualBox" },
  libvirt: { title: "libvirt", plugin: "vagrant-libvirt" },
  vmware_desktop: { title: "VMware", plugin: "vagrant-vmware-desktop" },
  parallels: { title: "Parallels", plugin: "vagrant-parallels" },
};

/** What Vagrant has said in each command, whose signal tells it from others: it takes seconds to answer. */
const answers = new WeakMap<AbortSignal, Map<ProviderName, Promise<readonly Finding[]>>>();

/**
 * Why this host's Vagrant does not take a provider, which it knows best itself: each release of Vagrant takes certain
 * releases of VirtualBox, and others need plugins. Nothing where it takes it, or where it does not work at all, which
 * is told elsewhere. Vagrant is asked once in a command.
 */
export function refusals(provider: ProviderName, signal: AbortSignal): Promise<readonly Finding[]> {
  const known = answers.get(signal) ?? new Map<ProviderName, Promise<readonly Finding[]>>();
  answers.set(signal, known);
  const answer = known.get(provider) ?? askVagrant(provider, signal);
  known.set(provider, answer);
  return answer;
}

async function askVagrant(provider: ProviderName, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    return await withTemporaryFolder(async (folder) => {
      await writeFile(join(folder, "Vagrantfile"), anyMachine);
      const options = { signal, accept: "any", timeoutMs: 60_000 } as const;
      const { stdout } = await run(vagrantTries(folder, provider), options);
      const failure = parseFailure(stdout);
      return failure === undefined ? [] : [refusal(provider, failure)];
    });
  } catch (error) {
    if (error instanceof LabError && error.exitCode !== exitCodes.interrupted) return [];
    throw error;
  }
}

/** @param text Vagrant's own words, of which an introduction is left out. */
function refusal(provider: ProviderName, { name, text }: Failure): Finding {
  const { title, plugin } = known[provider];
  const fault = (seen: string, remedy: string) => lacking("error", title, seen, remedy);
  if (name.endsWith("ProviderNotFound") && plugin !== undefined)
    return fault(`Vagrant has no plugin ${plugin}`, `vagrant plugin install ${plugin}`);
  const own = text.split("reason is shown below:").at(-1) ?? text;
  const supported = /not supported by this version of Vagrant[^:]*:\s*([\d., ]+\d)/.exec(own)?.[1];
  if (supported !== undefined)
    return fault(
      `this version of Vagrant does not support the installed ${title}: it supports ${supported}`,
      "install a newer Vagrant (developer.hashicorp.com/vagrant), or one of those versions",
    );
  const [words = own] = own.trim().split(/\n\s*\n/);
  return fault(
    `Vagrant does not take ${title}: ${words.replace(/\s+/g, " ").replace(/\.$/, "")}`,
    "do what Vagrant says, or choose another --provider",
  );
}
