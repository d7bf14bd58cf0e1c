import { draw } from "./draw.js";
import { set } from "./elements.js";
import { authorization } from "./server.js";
import { el, lines, note, take, things } from "./things.js";

export let drawing = false;
export function soon() {
  if (drawing) return;
  drawing = true;
  setTimeout(() => {
    drawing = false;
    draw();
  }, 50);
}

/** Reads the server's events until they end, and says how that was. */
export async function read() {
  const answer = await fetch("/stream", { headers: { authorization } });
  if (answer.status === 403) return "this address lacks its token: open the one that the terminal shows";
  if (!answer.ok) return `the server answers ${answer.status}`;
  set(el("state"), "● live");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ; ) {
    const { done, value } = await reader.read();
    if (done) return "✖ the watch has ended";
    const messages = (rest + value).split("\n\n");
    rest = messages.pop();
    for (const message of messages) if (message.startsWith("data: ")) receive(JSON.parse(message.slice(6)));
    soon();
  }
}

export function receive({ all, log, ...item }) {
  if (all === undefined) return take(item);
  things.clear();
  lines.length = 0;
  for (const event of all) take({ event });
  for (const line of log) note(line);
}

export async function follow() {
  for (;;) {
    const how = await read().catch(() => "✖ the watch has ended");
    set(el("state"), how);
    await new Promise((again) => setTimeout(again, 2_000));
  }
}
