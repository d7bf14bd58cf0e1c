/** A look that failed in an expected way; its message is what was seen, in a few words ("connection refused"). */
export class ProbeError extends Error {
  constructor(seen: string, options: { cause?: unknown } = {}) {
    super(seen, options);
    this.name = "ProbeError";
  }
}
