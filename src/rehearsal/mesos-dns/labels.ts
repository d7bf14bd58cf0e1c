import { createHash } from "node:crypto";

/** A name made into one label: letters, digits and dashes, at most 63 of them (24 and a letter first by RFC 952). */
export function toLabel(name: string, rfc952 = false): string {
  return name
    .toLowerCase()
    .replaceAll(/[._]/g, "-")
    .replaceAll(/[^a-z0-9-]/g, "")
    .replace(rfc952 ? /^[-0-9]+/ : /^-+/, "")
    .slice(0, rfc952 ? 24 : 63)
    .replace(/-+$/, "");
}

/** A name with dots made into labels; empty ones are left out. */
export function toLabels(name: string, rfc952 = false): string {
  return name
    .split(".")
    .map((part) => toLabel(part, rfc952))
    .filter((part) => part !== "")
    .join(".");
}

const alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";

/** Five characters that tell one task from another. */
export function shortHash(text: string): string {
  const digest = createHash("sha1").update(text).digest();
  const bits = BigInt(`0x${digest.subarray(0, 4).toString("hex")}`) >> 7n;
  return [20n, 15n, 10n, 5n, 0n].map((shift) => alphabet[Number((bits >> shift) & 31n)]).join("");
}

/** The last part of an agent's id, `s0` of `…-S0`. */
export function agentTail(agentId: string): string {
  return agentId.slice(agentId.lastIndexOf("-") + 1).toLowerCase();
}
