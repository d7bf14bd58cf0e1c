import { drawClaims } from "./claims.js";
import { drawDrills } from "./drills.js";
import { list, make, set } from "./elements.js";
import { drawSteps } from "./lesson.js";
import { drawLines, drawMachines, drawWays } from "./map.js";
import { el, lines, of } from "./things.js";

export function draw() {
  const [lab] = of("lab");
  if (lab === undefined) return;
  set(el("title"), lab.id);
  set(
    el("about"),
    `stack ${lab.stack} · machines: ${lab.runs}${of("work")
      .map(({ command }) => ` · at work: ${command}`)
      .join("")}`,
  );
  drawWays();
  drawMachines(lab);
  drawLines();
  drawClaims();
  drawDrills(lab);
  drawSteps();
  list(
    el("log"),
    lines,
    ({ at, text }) => at + text,
    () => make("li", {}, make("small"), make("span")),
    (node, { at, tone, text }) => {
      set(node.children[0], new Date(at).toTimeString().slice(0, 8));
      set(node.children[1], text);
      node.children[1].className = tone;
    },
  );
}
