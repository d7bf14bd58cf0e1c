import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { html, raw } from "hono/html";
import { codeFile } from "../../tools/code-file.ts";
import { htmlPage } from "../../ui/html-page.ts";
import type { LabSeen } from "../model/event.ts";
import type { Line } from "../model/words.ts";

/** An event, and what it says to people, if anything. */
export interface Item {
  readonly event: LabSeen;
  readonly line?: Line;
}

/** What the page may load, and where from: nothing but itself, and its own server. */
export function pagePolicy(): string {
  const { script, style } = assets();
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "connect-src 'self'",
  ].join("; ");
}

/** The page in one file. It has no text of a lab: its script asks for that, and sets it as text. */
export function pageHtml(): string {
  const { body, script, style } = assets();
  const content = html`${raw(body)}<script type="module">${raw(script)}</script>`;
  return htmlPage({ title: "mesos-lab watch", style, policy: pagePolicy(), body: content });
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function assets() {
  const read = (name: string) => readFileSync(codeFile(`watch/page/${name}`), "utf8");
  const script = scripts.map((name) => withoutModules(read(`script/${name}.js`))).join("");
  return { body: read("page.html"), script, style: read("page.css") };
}

/** The modules of the script, each after those that it imports. */
const scripts = "things elements server map claims drills lesson draw live main".split(" ");

/** In one file there is nothing to import, and the names of one module are there for the next. */
function withoutModules(script: string): string {
  return script.replaceAll(/^import [^;]*;\n/gm, "").replaceAll(/^export /gm, "");
}
