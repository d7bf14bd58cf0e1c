/** Something the host lacks, with what to do about it. */
export interface Problem {
  /** One sentence without a stop. */
  readonly what: string;
  readonly remedy: string;
}

/** What a package manager may be asked for. */
export type PackageNeed = "vagrant" | "ansible" | "ssh" | "virtualbox" | "libvirt" | "box";

/** `error`: the lab cannot be made. `warn`: it can, and something will be worse. */
export type Level = "ok" | "warn" | "error";

/** One line of what is known of this host. */
export interface Finding {
  readonly level: Level;
  /** What was looked at: `Vagrant`, `memory`. */
  readonly subject: string;
  /** What was found: one sentence without a stop. */
  readonly seen: string;
  readonly remedy?: string;
  /** What a package manager could install against it. */
  readonly need?: PackageNeed;
}

export function ok(subject: string, seen: string): Finding {
  return { level: "ok", subject, seen };
}

export function lacking(
  level: "warn" | "error",
  subject: string,
  seen: string,
  remedy: string,
  need?: PackageNeed,
): Finding {
  return { level, subject, seen, remedy, ...(need && { need }) };
}

/** What keeps the lab from being made. */
export function problemsOf(findings: readonly Finding[]): readonly Problem[] {
  return findings
    .filter(({ level }) => level === "error")
    .map(({ seen, remedy }) => ({ what: seen, remedy: remedy ?? "npx mesos-lab doctor" }));
}
