import { draw } from "./draw.js";
import { list, make, set } from "./elements.js";
import { el, lines, take, things } from "./things.js";

const tickMs = 100;
const jumpMs = 5_000;
const mostTicks = 300;

/** The player of a recording: the lab as it was at the chosen moment, which moves on while it plays. */
export function replay(items) {
  const times = items.map(({ event }) => Date.parse(event.at));
  const begin = times[0];
  const total = times.at(-1) - begin;
  const [time, button] = [el("time"), el("play")];
  let taken = 0;
  let timer;
  const now = () => Number(time.value);

  const show = (at) => {
    time.value = Math.min(Math.max(at, 0), total);
    if (taken > 0 && times[taken - 1] - begin > now()) {
      things.clear();
      lines.length = 0;
      taken = 0;
    }
    for (; taken < items.length && times[taken] - begin <= now(); taken += 1) take(items[taken]);
    const clock = `${minutes(now())} of ${minutes(total)}`;
    set(el("clock"), `${clock} · ${new Date(begin + now()).toTimeString().slice(0, 8)}`);
    time.setAttribute("aria-valuetext", clock);
    draw();
  };
  const pause = () => {
    clearInterval(timer);
    timer = undefined;
    set(button, "Play");
  };
  const play = () => {
    if (timer !== undefined) return pause();
    if (now() >= total) show(0);
    set(button, "Pause");
    let last = performance.now();
    timer = setInterval(() => {
      const passed = performance.now() - last;
      last += passed;
      show(now() + passed * Number(el("speed").value));
      if (now() >= total) pause();
    }, tickMs);
  };
  const keys = {
    " ": play,
    ArrowLeft: () => show(now() - jumpMs),
    ArrowRight: () => show(now() + jumpMs),
    ",": () => show((times.findLast((at) => at - begin < now()) ?? begin) - begin),
    ".": () => show((times.find((at) => at - begin > now()) ?? begin + total) - begin),
    Home: () => show(0),
    End: () => show(total),
  };

  el("player").hidden = false;
  time.max = total;
  time.oninput = () => show(now());
  button.onclick = play;
  addEventListener("keydown", (event) => {
    const { key, target } = event;
    // What has the focus may have a use of its own for a key.
    const isTaken = target.matches("select") || (key === " " && target.matches("button, summary"));
    if (isTaken || event.ctrlKey || event.altKey || event.metaKey || !Object.hasOwn(keys, key)) return;
    event.preventDefault();
    keys[key]();
  });
  drawTicks(items, times, total);
  set(el("state"), `a recording of ${new Date(begin).toLocaleString()}`);
  show(0);
}

/** Where something broke or came back, above the slider. */
function drawTicks(items, times, total) {
  const told = items.flatMap(({ line }, index) =>
    line === undefined || line.tone === "plain" ? [] : [{ tone: line.tone, at: times[index] - times[0] }],
  );
  list(
    el("ticks"),
    told.slice(0, mostTicks),
    ({ tone, at }) => `${tone} ${at}`,
    ({ tone }) => make("i", { className: tone }),
    (node, { at }) => {
      node.style.left = `${(at / (total || 1)) * 100}%`;
    },
  );
}

function minutes(ms) {
  return `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1_000) % 60).padStart(2, "0")}`;
}
