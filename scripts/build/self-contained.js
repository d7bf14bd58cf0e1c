import { isBuiltin } from "node:module";

/** Fails when the output would import a package: what is published declares no dependencies. */
export const selfContained = () => ({
  name: "self-contained",
  generateBundle(_, bundle) {
    for (const { fileName, imports = [], dynamicImports = [] } of Object.values(bundle))
      for (const name of [...imports, ...dynamicImports])
        if (!isBuiltin(name) && bundle[name] === undefined) this.error(`${fileName} imports ${name}`);
  },
});
