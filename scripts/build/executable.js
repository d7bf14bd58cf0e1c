import { chmodSync } from "node:fs";
import { join } from "node:path";

/** Makes one file of the output a program that a shell can start. */
export const executable = (name) => ({
  name: "executable",
  writeBundle: ({ dir }) => chmodSync(join(dir, name), 0o755),
});
