/** What a service gives that speaks another language. */
export const notHttp = "the answer is not HTTP";

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection cut",
  EPIPE: "connection cut",
  UND_ERR_SOCKET: "connection cut",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "connection cut",
  EHOSTUNREACH: "no route",
  ENETUNREACH: "no route",
  EHOSTDOWN: "no route",
  ENOTFOUND: "name not found",
  EAI_AGAIN: "name not found",
  ETIMEDOUT: "timed out",
  UND_ERR_CONNECT_TIMEOUT: "timed out",
  UND_ERR_HEADERS_TIMEOUT: "no answer for a minute",
  UND_ERR_BODY_TIMEOUT: "silent for a minute",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "no authority that this host trusts has signed its certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "no authority that this host trusts has signed its certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "no authority that this host trusts has signed its certificate",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "no authority that this host trusts has signed its certificate",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak HTTPS",
  EPROTO: "it does not speak HTTPS",
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "answer too large",
  UND_ERR_HEADERS_OVERFLOW: "answer's headers too large",
};

/** A network failure in a few words that need no manual; undefined for an error that is none. */
export function networkWords(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // Undici's parser gives its errors a code only sometimes, but always this name.
  if (error.name === "HTTPParserError") return notHttp;
  return "code" in error && typeof error.code === "string" ? words[error.code] : undefined;
}

/** Why a transfer ended before its time, in a few words. */
export function transferWords(error: unknown): string {
  return networkWords(error) ?? (error instanceof Error ? error.message : String(error));
}
