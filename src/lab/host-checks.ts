import type { Clash, MachineDraft } from "./draft.ts";

/** The rules for machines that are there already. */
export function hostChecks(machines: readonly MachineDraft[]): Clash[] {
  return machines.flatMap((machine) => [...loopback(machine), ...alias(machine, machines)]);
}

function loopback({ ip }: MachineDraft): Clash[] {
  const text = "is a loopback address, where the other machines do not reach it";
  return ip?.value.startsWith("127.") ? [{ at: ip, text }] : [];
}

/** By aliases and names the lab's own ssh configuration tells machines apart. */
function alias({ sshAlias, ssh }: MachineDraft, machines: readonly MachineDraft[]): Clash[] {
  if (sshAlias === undefined) return [];
  const of = machines.find((other) => other.sshAlias !== sshAlias && other.name?.value === sshAlias.value);
  return [
    ...(of?.name === undefined
      ? []
      : [{ at: sshAlias, text: `must not be the same as ${of.name.label}, another machine's name` }]),
    ...ssh.map((at) => ({ at, text: `must not stand beside ${sshAlias.label}, which says it all` })),
  ];
}
