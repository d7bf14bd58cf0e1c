import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { html, raw } from "hono/html";
import { codeFile } from "../../tools/code-file.ts";
import { htmlPage } from "../../ui/html-page.ts";
import type { Recording } from "../model/recording.ts";

/** What the page may load, and where from: nothing but itself, and, live, its own server. */
export function pagePolicy(live = true): string {
  const { script, style } = assets();
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    ...(live ? ["connect-src 'self'"] : []),
  ].join("; ");
}

/** The page in one file. It has no text of a lab: its script asks for that, and sets it as text. */
export function pageHtml(): string {
  const { body, script, style } = assets();
  const content = html`${raw(body)}<script type="module">${raw(script)}</script>`;
  return htmlPage({ title: "mesos-lab watch", style, policy: pagePolicy(), body: content });
}

const dataTag = '<script type="application/json" id="recording">';

/** The same page with a recording to be played, for a file. It has the lab's texts as data, which its script sets as text. */
export function replayHtml({ lab, items }: Recording): string {
  const { body, script, style } = assets();
  // Nothing in it can end the element that it stands in.
  const data = JSON.stringify(items).replaceAll("<", "\\u003c");
  const content = html`${raw(body)}${raw(dataTag)}${raw(data)}</script><script type="module">${raw(script)}</script>`;
  const title = `${lab}, as it was recorded by mesos-lab`;
  return htmlPage({ title, style, policy: pagePolicy(false), body: content });
}

/** Whether a file's text is a page that `replayHtml` has made. */
export function isReplay(text: string): boolean {
  return text.startsWith("<!doctype html>") && text.includes(dataTag);
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
const scripts = "things elements server map claims drills lesson draw live replay main".split(" ");

/** In one file there is nothing to import, and the names of one module are there for the next. */
function withoutModules(script: string): string {
  return script.replaceAll(/^import [^;]*;\n/gm, "").replaceAll(/^export /gm, "");
}
