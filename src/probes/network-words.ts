const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection cut",
  EPIPE: "connection cut",
  EHOSTUNREACH: "no route",
  ENETUNREACH: "no route",
  EHOSTDOWN: "no route",
  ENOTFOUND: "name not found",
  EAI_AGAIN: "name not found",
  ETIMEDOUT: "timed out",
  HPE_HEADER_OVERFLOW: "answer's headers too large",
};

/** A network failure in a few words that need no manual; undefined for an error that is none. */
export function networkWords(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (!("code" in error) || typeof error.code !== "string") return undefined;
  // The other complaints of Node's parser.
  return words[error.code] ?? (error.code.startsWith("HPE_") ? "the answer is not HTTP" : undefined);
}
