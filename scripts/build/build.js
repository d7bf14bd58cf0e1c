import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "rolldown";
import { asTheyAre } from "./as-they-are.js";
import { executable } from "./executable.js";
import { lean } from "./lean.js";
import { notices } from "./notices.js";
import { selfContained } from "./self-contained.js";

/**
 * Makes `dist` of `src`: each program one file, and chunks for what they share or load later. Hundreds of small modules,
 * those of the libraries among them, would take Node longer to find than to run. `dist` needs no other package.
 *
 * `node scripts/build/build.js [folder] [--sourcemap]`: the source maps fit the positions in a stack trace of `dist`.
 */
const root = fileURLToPath(new URL("../..", import.meta.url));
const programs = [
  "rehearsal/main",
  "rehearsal/embedded/launcher",
  "rehearsal/embedded/service",
  "rehearsal/programs/tomcat",
];
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { sourcemap: { type: "boolean", default: false } },
});

await build({
  cwd: root,
  input: { cli: "src/start.ts", ...Object.fromEntries(programs.map((name) => [name, `src/${name}.ts`])) },
  platform: "node",
  plugins: [lean(), selfContained(), notices(), asTheyAre(join(root, "src")), executable("cli.js")],
  // A busy host makes plug-ins slow, which is no fault of theirs.
  checks: { pluginTimings: false },
  // Whatever the bundler warns of is a fault.
  onLog: (level, log, handler) => handler(level === "warn" ? "error" : level, log),
  output: {
    dir: positionals[0] ?? "dist",
    format: "esm",
    cleanDir: true,
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    sourcemap: values.sourcemap,
    // A stack trace without the names of functions tells nothing.
    minify: { mangle: { keepNames: { function: true, class: true } }, compress: true, codegen: true },
  },
});
