import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Writes THIRD-PARTY-NOTICES: name, version and licence text of each library of which the output holds code. */
export const notices = () => ({
  name: "notices",
  generateBundle(_, bundle) {
    const folders = new Set();
    for (const { modules = {} } of Object.values(bundle))
      for (const [id, { renderedLength }] of Object.entries(modules))
        if (renderedLength > 0 && id.includes("node_modules")) folders.add(packageFolder(id));
    const libraries = [...folders].map(describe).sort((a, b) => (a.title < b.title ? -1 : 1));
    const source = [
      "mesos-lab contains code of these libraries, each under its own licence.",
      ...libraries.map(({ title, text }) => `${"-".repeat(80)}\n${title}\n\n${text}`),
    ].join("\n\n");
    this.emitFile({ type: "asset", fileName: "THIRD-PARTY-NOTICES", source: `${source}\n` });
  },
});

/** The folder of the package that a module belongs to: a package.json with a name, for some folders have one without. */
function packageFolder(module) {
  for (let folder = dirname(module); ; folder = dirname(folder))
    if (manifest(folder)?.name !== undefined) return folder;
}

/** @throws Error where a package comes without a licence text. */
function describe(folder) {
  const { name, version, license } = manifest(folder);
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`${name} has no licence file`);
  const text = readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim();
  return { title: `${name} ${version} (${license})`, text };
}

function manifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    return undefined;
  }
}
