/** Known failures of Ansible, Docker and Vagrant, and what to do about each. */
const known: readonly { readonly sign: RegExp; readonly remedy: string }[] = [
  {
    sign: /address already in use|port is already allocated/i,
    remedy:
      "something else listens on that port of the machine: stop it, or set another one under `ports:` in mesos-lab.yaml",
  },
  {
    sign: /Failed to update apt cache|Temporary failure resolving|Could not resolve|Unable to fetch some archives|Failed to fetch/i,
    remedy:
      "the machine cannot reach its package mirror: check the host's network, or use a box that has Docker inside (mesos-lab box build)",
  },
  {
    sign: /schema 1 support has been removed|manifest version 2, schema 1/i,
    remedy:
      "this Docker engine no longer pulls images of that age: fetch them on this host (npx mesos-lab images fetch) and create again, or use `--stack rehearsal`",
  },
  {
    sign: /pull access denied|manifest unknown|registry-1\.docker\.io|index\.docker\.io/i,
    remedy:
      "the image cannot be pulled: check the machine's network and the image's name, or use `--stack rehearsal`",
  },
  {
    sign: /Could not find or access.*images\.tar/i,
    remedy: "make the rehearsal images first: npx mesos-lab images build",
  },
  {
    sign: /No space left on device/i,
    remedy: "the machine's disk is full: npx mesos-lab destroy, then create it again",
  },
  {
    sign: /VERR_VMX_NO_VMX|VERR_SVM_DISABLED|VT-x is (?:not available|disabled)|AMD-V is (?:not available|disabled)/,
    remedy:
      "this host has no hardware virtualisation: switch it on in the firmware, or use `--provider libvirt`, which also runs machines in software",
  },
  {
    sign: /Timed out while waiting for the machine to boot/,
    remedy: "the machine did not answer in time: npx mesos-lab create goes on where it stopped",
  },
  {
    sign: /UNREACHABLE|Connection timed out|No route to host|Permission denied \(publickey/i,
    remedy: "the machine does not answer over SSH: npx mesos-lab status",
  },
];

/** What is known to help against the failures that a text shows; empty when none is recognised. */
export function explain(text: string): readonly string[] {
  return known.filter(({ sign }) => sign.test(text)).map(({ remedy }) => remedy);
}

/** A playbook's own message: what is so, and, in lines that an arrow begins, what to do about it. */
export function splitMessage(message: string): { said: string; remedies: readonly string[] } {
  const lines = message.split("\n").map((line) => line.trim());
  return {
    said: lines.filter((line) => line !== "" && !line.startsWith("→")).join("\n"),
    remedies: lines.filter((line) => line.startsWith("→")).map((line) => line.slice(1).trim()),
  };
}
