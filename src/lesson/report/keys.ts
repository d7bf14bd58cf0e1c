import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { writeFileSync } from "node:fs";
import { LabError } from "../../errors.ts";
import { readIfThere } from "../../tools/files.ts";
import { keyName, type LabFolder } from "../../tools/lab-folder.ts";

/**
 * The key with which a lab signs, Ed25519; made when it is asked for first. Whoever has the lab has its key.
 * @throws LabError `record-damaged`
 */
export function labKey(folder: LabFolder): KeyObject {
  const text = readIfThere(folder.file(keyName));
  if (text !== undefined) {
    const key = privateKey(text, "ed25519");
    if (key !== undefined) return key;
    throw new LabError("record-damaged", `${folder.file(keyName)} is damaged`, {
      remedy: [`remove it: rm ${folder.file(keyName)} (what it has signed counts as changed then)`],
    });
  }
  const { privateKey: made } = generateKeyPairSync("ed25519");
  writeFileSync(folder.file(keyName), made.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  return made;
}

/** The signature of the lab's key, in base64. */
export function signedBy(folder: LabFolder, text: string): string {
  return sign(null, Buffer.from(text), labKey(folder)).toString("base64");
}

export function isSignedBy(folder: LabFolder, text: string, signature: string): boolean {
  return verify(null, Buffer.from(text), createPublicKey(labKey(folder)), Buffer.from(signature, "base64"));
}

/** A teacher's public key (X25519, PEM), to which reports are sealed; undefined where it is none. */
export function teachersPublicKey(text: string): KeyObject | undefined {
  // A private key would be taken for its public half: whoever gives it away by mistake is to hear of it.
  return text.includes("PRIVATE") ? undefined : ofKind("x25519", () => createPublicKey(text));
}

/** A private key of a kind in PEM; undefined where it is none. */
export function privateKey(text: string, kind: "ed25519" | "x25519"): KeyObject | undefined {
  return ofKind(kind, () => createPrivateKey(text));
}

function ofKind(kind: string, read: () => KeyObject): KeyObject | undefined {
  try {
    const key = read();
    return key.asymmetricKeyType === kind ? key : undefined;
  } catch {
    return undefined;
  }
}

/** A public key as 32 bytes in base64url. */
export function publicText(key: KeyObject): string {
  const half = key.type === "private" ? createPublicKey(key) : key;
  return half.export({ format: "jwk" }).x as string;
}

/** The key of such a text. @throws Error where it is none. */
export function publicOf(text: string, crv: "Ed25519" | "X25519"): KeyObject {
  return createPublicKey({ key: { kty: "OKP", crv, x: text }, format: "jwk" });
}
