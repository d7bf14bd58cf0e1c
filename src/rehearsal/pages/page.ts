import { readFileSync } from "node:fs";
import { extname } from "node:path";
import type { Hono } from "hono";
import { ownFile } from "../own-files.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=UTF-8",
  ".css": "text/css; charset=UTF-8",
  ".js": "text/javascript; charset=UTF-8",
};

/** Serves a page of this folder, `marathon`, with its script and what all pages share, at a path that ends with a slash. */
export function pageRoutes(app: Hono, path: string, page: string): void {
  const serve = (at: string, file: string) =>
    app.get(path + at, (context) =>
      context.body(read(file), 200, { "content-type": types[extname(file)] ?? "text/plain" }),
    );
  serve("", `${page}.html`);
  for (const file of [`${page}.js`, "helpers.js", "style.css"]) serve(file, file);
}

/** The style that all pages have. */
export function pageStyle(): string {
  return read("style.css");
}

function read(file: string): string {
  return readFileSync(ownFile(`pages/${file}`), "utf8");
}
