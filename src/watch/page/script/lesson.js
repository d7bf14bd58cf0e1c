import { list, make, set } from "./elements.js";
import { nodeOf } from "./map.js";
import { askedStep, send } from "./server.js";
import { el, of, recording } from "./things.js";

/** Where the student was when a step was opened last; null before any was. */
let followed = null;

export function drawSteps() {
  const steps = of("step");
  el("lesson").hidden = steps.length === 0;
  set(el("h-lesson"), `Lesson: ${steps.filter(({ done }) => done).length} of ${steps.length} steps done`);
  list(
    el("steps"),
    steps,
    ({ id }) => id,
    stepNode,
    (node, { done, current, number, title }) => {
      set(node.children[0], `${done ? "✔" : current ? "▸" : "·"} ${number}. ${title}`);
      node.children[0].className = done ? "good" : "";
      if (current) node.children[0].setAttribute("aria-current", "step");
      else node.children[0].removeAttribute("aria-current");
    },
  );
  const at = steps.find(({ current }) => current)?.id;
  if (at === followed) return;
  const first = followed === null && askedStep !== null;
  const node = nodeOf(el("steps"), first ? askedStep : at);
  if (node === undefined) return;
  followed = at;
  for (const other of el("steps").children) other.open = other === node;
  if (!first) return;
  node.scrollIntoView();
  node.children[0].focus({ preventScroll: true });
}

export function stepNode({ id, language, text, commands, see, question }) {
  const result = make("p", { role: "status" });
  const answer = make("input", { ariaLabel: "Your answer", placeholder: "your answer", maxLength: 400 });
  const form = make(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        check(id, question === undefined ? undefined : answer.value, result);
      },
    },
    ...(question === undefined ? [] : [answer]),
    make("button", { text: "Check" }),
  );
  return make(
    "details",
    { lang: language },
    make("summary"),
    ...paragraphs(text),
    ...commands.map((command) => make("pre", { text: command })),
    make("p", { className: "dim" }, ...coded(see)),
    ...(question === undefined ? [] : [make("p", {}, ...coded(question))]),
    ...(recording === null ? [form, result] : []),
  );
}

/** A line's end is a blank, but before an item of a list. */
function paragraphs(text) {
  return text
    .split(/\n{2,}/)
    .flatMap((part) => part.split(/\n(?=[-*\d])/))
    .map((part) => make("p", { className: "body" }, ...coded(part.replaceAll("\n", " "))));
}

/** What stands between backticks as code, and between two stars as strong. */
export function coded(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (/^`.+`$/s.test(part)) return make("code", { text: part.slice(1, -1) });
    return /^\*\*.+\*\*$/s.test(part) ? make("strong", { text: part.slice(2, -2) }) : part;
  });
}

export async function check(step, answer, result) {
  result.className = "dim";
  set(result, "…");
  const { passed, why, refused } = await send("/check", { step, answer: answer || undefined });
  result.className = passed ? "good" : "bad";
  set(result, passed ? "✔ done" : `✖ ${why ?? refused}`);
}
