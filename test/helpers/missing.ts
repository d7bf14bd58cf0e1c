import { isInstalled } from "../../src/tools/host.ts";

/** What a test's title ends with where programs that it needs are missing, and it is skipped; else empty. */
export function missing(...programs: readonly string[]): string {
  const absent = programs.filter((program) => !isInstalled(program));
  return absent.length === 0 ? "" : ` (skipped: no ${absent.join(", no ")})`;
}
