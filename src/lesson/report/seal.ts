import { diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject } from "node:crypto";
import * as z from "zod";
import { sealed, unsealed } from "../../tools/sealed.ts";
import { publicOf, publicText } from "./keys.ts";

export const sealedSchema = z.strictObject({
  /** A key pair that was made for this one report. */
  from: z.string().max(100),
  box: z.base64().max(2_000_000),
});

export type Sealed = z.infer<typeof sealedSchema>;

/** A text that only the teacher can read: X25519, HKDF with SHA-256, AES-256-GCM. */
export function sealedFor(teacher: KeyObject, text: string): Sealed {
  const once = generateKeyPairSync("x25519");
  const from = publicText(once.publicKey);
  const key = keyOf(once.privateKey, teacher, from, publicText(teacher));
  return { from, box: sealed(text, () => key) };
}

/** @throws Error where it was not sealed for this teacher, or was changed. */
export function unsealedBy(teacher: KeyObject, { from, box }: Sealed): string {
  const key = keyOf(teacher, publicOf(from, "X25519"), from, publicText(teacher));
  return unsealed(box, () => key);
}

function keyOf(own: KeyObject, other: KeyObject, ...parties: readonly string[]): Buffer {
  const shared = diffieHellman({ privateKey: own, publicKey: other });
  return Buffer.from(hkdfSync("sha256", shared, parties.join(" "), "mesos-lab report", 32));
}
