import { defaultBox } from "../../lab/defaults.ts";
import { type Finding, lacking, ok } from "../../lab/finding.ts";
import type { VagrantLab } from "../../lab/model.ts";
import { builtBox, isBuiltHere } from "../../lab/pins.ts";
import { aptInstall, boxPrograms, missingPackages } from "../../tools/build-programs.ts";
import { isInstalled } from "../../tools/host.ts";
import { installedBoxes } from "../../tools/vagrant-box.ts";

const subject = "box";

/** Whether Vagrant has the lab's box or may fetch it: one that is built on this host is never looked for elsewhere. */
export function boxFindings(lab: VagrantLab): readonly Finding[] {
  const { box, provider } = lab.runs;
  const versions = installedBoxes(lab).map(({ version }) => version);
  const there = versions.findLast((version) => (box.version ?? version) === version);
  if (there !== undefined) return [ok(subject, `Vagrant has ${box.name} ${there}`)];
  if (!isBuiltHere(box)) return [ok(subject, fetched(lab))];
  if (provider !== "libvirt")
    return [
      lacking("error", subject, `${box.name} is made for libvirt, not for ${provider}`, "--provider libvirt"),
    ];
  if (box.name !== builtBox)
    return [lacking("error", subject, `no command builds a box ${box.name}`, `--box ${builtBox}`)];
  const others = versions.length === 0 ? "" : `: Vagrant has ${versions.join(", ")}`;
  const wanted = box.version === undefined ? box.name : `${box.name} ${box.version}`;
  return [
    lacking("error", subject, `the box ${wanted} is not on this host${others}`, buildCommand()),
    ...builderFindings(),
  ];
}

/** The box that root builds is root's: others add the file to their own Vagrant. */
function buildCommand(): string {
  const build = "npx mesos-lab box build --with-images";
  if (process.getuid?.() === 0) return build;
  return `sudo ${build} --output mesos-lab.box && vagrant box add --name ${builtBox} mesos-lab.box`;
}

/** What building lacks. Where there is no apt a box cannot be built, which building itself tells. */
function builderFindings(): readonly Finding[] {
  const missing = isInstalled("apt-get") ? missingPackages(boxPrograms) : [];
  if (missing.length === 0) return [];
  const install = [...aptInstall, ...missing].join(" ");
  return [lacking("warn", "box build", `it lacks ${missing.join(", ")}`, install, "box")];
}

function fetched({ runs: { box } }: VagrantLab): string {
  const from = box.url === undefined ? "Vagrant's public catalogue" : box.url;
  if (box.version === undefined)
    return `the newest ${box.name} is fetched from ${from}: no version is pinned`;
  return `${box.name} ${box.version} is fetched from ${from}`;
}

/** Vagrant's words for a box that it does not get. */
const notFetched =
  /The box '.*' could not be found|Couldn't open file|error occurred while downloading the remote file|The box you're attempting to add/i;

/** What helps where Vagrant's output says that it did not get the box; undefined where it does not say so. */
export function boxRemedies(lab: VagrantLab, output: string): readonly string[] | undefined {
  if (!notFetched.test(output)) return undefined;
  const { box, provider } = lab.runs;
  if (isBuiltHere(box)) return [buildCommand()];
  const name = lab.name;
  const offline = [
    `without a network: npx mesos-lab destroy --yes --name ${name}, then npx mesos-lab create --name ${name} --runs-on embedded`,
    `or machines of Debian packages: npx mesos-lab box build --with-images, then npx mesos-lab create --name ${name} --stack rehearsal --provider libvirt --box ${builtBox}`,
  ];
  const own = box.name !== defaultBox(lab.stack, provider).name;
  const first = own
    ? `the box ${box.name} that this lab names cannot be fetched: check its name and the network, or name one that is there (vagrant box list)`
    : `the box ${box.name} cannot be fetched: check that this host reaches ${box.url ?? "vagrantcloud.com"}`;
  return [first, ...offline];
}
