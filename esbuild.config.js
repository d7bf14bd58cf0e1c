import { chmodSync, cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * Makes `dist` of `src`: each program one file, and chunks for what they share or load later. Hundreds of small modules,
 * those of the dependencies among them, would take Node longer to find than to run.
 * `node esbuild.config.js [folder]`
 */
const root = fileURLToPath(new URL(".", import.meta.url));
const outdir = process.argv[2] ?? join(root, "dist");
const programs = [
  "cli",
  "rehearsal/main",
  "rehearsal/embedded/launcher",
  "rehearsal/embedded/service",
  "rehearsal/programs/tomcat",
];

rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: programs.map((name) => `src/${name}.ts`),
  outbase: "src",
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  chunkNames: "chunks/[name]-[hash]",
  // For the dependencies that are CommonJS modules.
  banner: {
    js: 'import { createRequire as createRequireOfDist } from "node:module"; const require = createRequireOfDist(import.meta.url);',
  },
  logLevel: "warning",
});
// Pages are for browsers: they are read as they are.
const pages = "rehearsal/pages";
cpSync(join(root, "src", pages), join(outdir, pages), {
  recursive: true,
  filter: (path) => !path.endsWith(".ts"),
});
chmodSync(join(outdir, "cli.js"), 0o755);
