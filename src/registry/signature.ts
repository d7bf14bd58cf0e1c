import { createHash, createPublicKey, type KeyObject, verify, X509Certificate } from "node:crypto";
import * as z from "zod";

/**
 * The signatures of schema 1, as Docker's libtrust makes them: JSON Web Signatures beside the text that they sign, each
 * with its public key. Read in docker/libtrust (jsonsign.go).
 *
 * A good signature proves that the text is as its signer wrote it, and nothing of who that was: the key comes with the
 * text, and registries signed with keys of their own. What a text is worth rests on where it was fetched from, or on a
 * digest that one had before.
 */
export interface Signed {
  /** What was signed, and what the manifest's digest is over; the whole text where nobody signed. */
  readonly payload: Buffer;
  /** libtrust's name of each key. */
  readonly signers: readonly string[];
}

const signature = z.object({
  header: z.object({
    alg: z.string(),
    jwk: z.looseObject({ kty: z.string(), kid: z.string().optional() }).optional(),
    x5c: z.array(z.string()).optional(),
  }),
  signature: z.string(),
  protected: z.string(),
});
const signed = z.looseObject({ signatures: z.array(signature).optional() });
const protectedHeader = z.looseObject({ formatLength: z.int().min(0), formatTail: z.string() });

/** What goes with each algorithm: the kind of key, and for elliptic curves which one. */
const algorithms: Readonly<Record<string, { readonly hash: string; readonly curve?: string }>> = {
  ES256: { hash: "sha256", curve: "prime256v1" },
  ES384: { hash: "sha384", curve: "secp384r1" },
  ES512: { hash: "sha512", curve: "secp521r1" },
  RS256: { hash: "sha256" },
  RS384: { hash: "sha384" },
  RS512: { hash: "sha512" },
};

/** @throws Error that says which signature is wrong, and how. */
export function checkSignatures(text: Buffer): Signed {
  const { signatures = [] } = signed.parse(JSON.parse(text.toString()));
  if (signatures.length === 0) return { payload: text, signers: [] };
  const payloads = signatures.map((each) => payloadOf(text, each.protected));
  const [payload] = payloads as [Buffer];
  if (payloads.some((each) => !each.equals(payload)))
    throw new Error("its signatures are of different texts");
  const signers = signatures.map((each, index) => {
    const what = `signature ${index + 1} of ${signatures.length}`;
    const key = keyOf(each.header, what);
    const name = keyName(key);
    if (each.header.jwk?.kid !== undefined && each.header.jwk.kid !== name)
      throw new Error(`${what} names the key ${each.header.jwk.kid}, and has the key ${name}`);
    const signedText = Buffer.from(`${each.protected}.${payload.toString("base64url")}`);
    if (!holds(signedText, Buffer.from(each.signature, "base64url"), each.header.alg, key))
      throw new Error(`${what}, by the key ${name}, is not of this text`);
    return name;
  });
  return { payload, signers };
}

/** The text without its signatures: its beginning, and an end that the signature tells. */
function payloadOf(text: Buffer, protectedText: string): Buffer {
  const header = protectedHeader.parse(JSON.parse(Buffer.from(protectedText, "base64url").toString()));
  if (header.formatLength > text.length) throw new Error("its signature is of a longer text");
  return Buffer.concat([text.subarray(0, header.formatLength), Buffer.from(header.formatTail, "base64url")]);
}

function keyOf({ jwk, x5c }: z.infer<typeof signature>["header"], what: string): KeyObject {
  try {
    // As libtrust: of a chain of certificates the first is the signer's.
    if (x5c?.[0] !== undefined) return new X509Certificate(Buffer.from(x5c[0], "base64")).publicKey;
    if (jwk !== undefined) return createPublicKey({ key: jwk, format: "jwk" });
  } catch (cause) {
    throw new Error(`${what} has a key that cannot be read`, { cause });
  }
  throw new Error(`${what} has no key`);
}

function holds(text: Buffer, bytes: Buffer, algorithm: string, key: KeyObject): boolean {
  const form = algorithms[algorithm];
  if (form === undefined || form.curve !== key.asymmetricKeyDetails?.namedCurve) return false;
  if (key.asymmetricKeyType !== (form.curve === undefined ? "rsa" : "ec")) return false;
  return verify(form.hash, text, { key, dsaEncoding: "ieee-p1363" }, bytes);
}

/** Twelve groups of four: 240 bits of a SHA-256 of the key, in base 32. */
export function keyName(key: KeyObject): string {
  const hash = createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();
  const bits = [...hash.subarray(0, 30)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = (bits.match(/.{5}/g) ?? []).map((each) => base32[Number.parseInt(each, 2)]).join("");
  return (letters.match(/.{4}/g) ?? []).join(":");
}

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
