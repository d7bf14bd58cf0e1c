import { createHash } from "node:crypto";

/** A host key as people compare it. */
export interface HostKey {
  /** `ED25519` */
  readonly kind: string;
  /** `SHA256:…`, as ssh shows it. */
  readonly fingerprint: string;
}

/** The keys in a file of known hosts, by the names that it knows them under. */
export function pinnedKeys(knownHosts: string): ReadonlyMap<string, readonly HostKey[]> {
  const keys = new Map<string, HostKey[]>();
  for (const line of knownHosts.split("\n")) {
    const [names = "", kind = "", blob = ""] = line.trim().split(/\s+/);
    if (names.startsWith("#") || blob === "") continue;
    const key = { kind: kindOf(kind), fingerprint: fingerprintOf(blob) };
    for (const name of names.split(",")) keys.set(name, [...(keys.get(name) ?? []), key]);
  }
  return keys;
}

/** The key that a host showed last in what `ssh -v` tells; undefined where it got no host to show one. */
export function shownKey(told: string): HostKey | undefined {
  const [, kind = "", fingerprint = ""] =
    [...told.matchAll(/Server host key: (\S+) (SHA256:\S+)/g)].at(-1) ?? [];
  return fingerprint === "" ? undefined : { kind: kindOf(kind), fingerprint };
}

/** Whether ssh refuses a host for its key. */
export function refusesKey(told: string): boolean {
  return /host key is known for|REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/i.test(
    told,
  );
}

export function keyText({ kind, fingerprint }: HostKey): string {
  return `${kind} ${fingerprint}`;
}

function kindOf(name: string): string {
  return name.replace(/^(ssh|ecdsa-sha2|sk-ssh|sk-ecdsa-sha2)-/, "").toUpperCase();
}

function fingerprintOf(blob: string): string {
  const digest = createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}
