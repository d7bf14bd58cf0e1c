import { draw } from "./draw.js";
import { set } from "./elements.js";
import { el, lines, take, things } from "./things.js";

export function replay(items) {
  const begin = Date.parse(items[0]?.event.at);
  const total = Date.parse(items.at(-1)?.event.at) - begin;
  const [time, button] = [el("time"), el("play")];
  el("player").hidden = false;
  time.max = total;
  let taken = 0;
  let timer;
  const show = () => {
    const until = begin + Number(time.value);
    if (taken > 0 && Date.parse(items[taken - 1].event.at) > until) {
      things.clear();
      lines.length = 0;
      taken = 0;
    }
    for (; taken < items.length && Date.parse(items[taken].event.at) <= until; taken += 1) take(items[taken]);
    const clock = (ms) =>
      `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1_000) % 60).padStart(2, "0")}`;
    set(el("clock"), `${clock(time.value)} / ${clock(total)}`);
    draw();
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    set(button, "Play");
  };
  button.onclick = () => {
    if (timer !== undefined) return stop();
    if (Number(time.value) >= total) time.value = 0;
    set(button, "Pause");
    timer = setInterval(() => {
      time.value = Number(time.value) + 100 * Number(el("speed").value);
      show();
      if (Number(time.value) >= total) stop();
    }, 100);
  };
  time.oninput = show;
  set(el("state"), `a recording of ${new Date(begin).toLocaleString()}`);
  show();
}
