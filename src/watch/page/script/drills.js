import { list, make, set } from "./elements.js";
import { send } from "./server.js";
import { el, of, recording } from "./things.js";

export function drawDrills({ drills }) {
  const [drill] = of("drill");
  el("drill").hidden = drill === undefined;
  el("drills").hidden = drill === undefined && recording !== null;
  if (drill !== undefined) drawTimeline(drill);
  list(
    el("buttons"),
    recording === null ? drills : [],
    ({ name }) => name,
    ({ name, help }) =>
      make(
        "button",
        { type: "button", onclick: () => press(name) },
        make("span", { text: name }),
        make("small", { text: help }),
      ),
    (node) => {
      node.disabled = drill?.state === "runs";
    },
  );
}

export async function press(drill) {
  const { refused } = await send("/drill", { drill });
  set(el("refused"), refused ?? "");
}

export const seconds = (ms) => `${ms < 0 ? "−" : "+"}${(Math.abs(ms) / 1000).toFixed(3)} s`;

export function drawTimeline({ drill, state, text, breakAt, now, lanes = [], marks = [] }) {
  set(el("outcome"), `${{ runs: "▸", recovered: "✔", failed: "✖" }[state]} ${drill}: ${text}`);
  const from = (breakAt ?? 0) - 1_000;
  const span = Math.max(now ?? 0, (breakAt ?? 0) + 4_000) - from;
  const at = (time) => `${Math.min(Math.max(((time - from) / span) * 100, 0), 100)}%`;
  list(
    el("lanes"),
    lanes,
    ({ way }) => way,
    () => make("div", { className: "lane" }, make("small"), make("div", { className: "bar" })),
    (node, { way, runs }) => {
      const failed = runs
        .filter(({ outcome, to }) => outcome !== "ok" && to >= from)
        .map(({ outcome, count }) => `${count} × ${outcome}`);
      set(node.children[0], `${way}: ${failed.slice(0, 6).join(", ") || "all requests were answered well"}`);
      const parts = runs
        .filter(({ to }) => to >= from)
        .map((run, index, all) => ({ ...run, index, end: all[index + 1]?.from ?? now ?? run.to }));
      list(
        node.children[1],
        [...parts, { index: "break" }],
        ({ index }) => String(index),
        ({ index }) => make(index === "break" ? "b" : "i"),
        (bar, part) => {
          bar.style.left = at(part.from ?? breakAt);
          if (part.index === "break") return;
          bar.style.right = `calc(100% - ${at(part.end)})`;
          bar.className = part.outcome === "503" ? "k503" : part.outcome;
          bar.title = `${part.count} × ${part.outcome}`;
        },
      );
    },
  );
  list(
    el("marks"),
    marks.filter(({ at: time }) => time >= from),
    ({ at: time, what, detail }) => `${time} ${what} ${detail}`,
    () => make("li", {}, make("span"), make("span", { className: "source dim" }), make("span")),
    (node, { at: time, source, what, detail }) => {
      set(node.children[0], seconds(time - breakAt));
      set(node.children[1], source);
      set(node.children[2], detail === undefined ? what : `${what} · ${detail}`);
    },
  );
}
