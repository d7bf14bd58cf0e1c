import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = fileURLToPath(new URL("lean/", import.meta.url));
const nothing = "\0nothing";
const noHttp2 = "\0no-http2";
/** What stands in the place of a module that is left out. */
const stubs = {
  [nothing]: "module.exports = {};",
  [noHttp2]: "export class Http2ServerRequest {}\nexport const constants = {};\n",
};

/** Modules that serve what this tool never does, each with the library that asks for it. */
const unused = [
  // Source maps of templates, which are written for templates with a file name only.
  { from: /[\\/]handlebars[\\/]/, id: /^source-map$/, instead: nothing },
  // HTTP/2, which takes TLS, and bodies that are forms or blobs.
  { from: /[\\/]undici[\\/]/, id: /\/client-h2\.js$|\/fetch\/body\.js$/, instead: nothing },
  // Every stand-in is a server of HTTP/1: the one of HTTP/2 takes a tenth of what a process of Node takes to start.
  { from: /[\\/]@hono[\\/]node-server[\\/]/, id: /^node:http2$/, instead: noHttp2 },
];

/** The same code in a form of which the bundler can take what is used: ES modules, where Node would load CommonJS. */
const esModules = { yaml: "node_modules/yaml/browser/dist/index.js" };

/**
 * Leaves out what libraries bring along and this tool never runs. A library that has a file in `lean/` is reduced to what
 * that file takes from it; a use of anything else then fails to build.
 */
export const lean = () => ({
  name: "lean",
  resolveId(id, importer = "") {
    const left = unused.find((each) => each.from.test(importer) && each.id.test(id));
    if (left !== undefined) return left.instead;
    if (id in esModules) return join(root, esModules[id]);
    // Both parsers do the same; the one without SIMD runs on every processor.
    if (id.endsWith("/llhttp_simd-wasm.js"))
      return this.resolve(id.replace("_simd", ""), importer, { skipSelf: true });
    const reduced = `${folder}${id}.js`;
    return !importer.startsWith(folder) && /^[a-z-]+$/.test(id) && existsSync(reduced) ? reduced : undefined;
  },
  load(id) {
    if (Object.hasOwn(stubs, id)) return stubs[id];
    if (id.endsWith("/llhttp-wasm.js")) return packedParser(readFileSync(id, "utf8"));
    return undefined;
  },
});

/** Undici's HTTP parser, WebAssembly in base64, at a third of its size. */
function packedParser(source) {
  const [base64 = ""] = /[\w+/]{1000,}=*/.exec(source) ?? [];
  const packed = brotliCompressSync(Buffer.from(base64, "base64")).toString("base64");
  return `module.exports = require("node:zlib").brotliDecompressSync(Buffer.from("${packed}", "base64"));`;
}
