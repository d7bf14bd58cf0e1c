/** Why something failed, in its own words; fetch hides them in the error's cause. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && message === "fetch failed" ? cause.message || message : message;
}
