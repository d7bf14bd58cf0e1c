import { list, make, set, texts } from "./elements.js";
import { el, of } from "./things.js";

export function drawClaims() {
  const claims = of("claim");
  const holding = claims.filter(({ holds }) => holds).length;
  set(el("h-claims"), `Claims: ${holding} of ${claims.length} hold`);
  list(
    el("looks"),
    of("look").filter(({ state }) => state !== "answers"),
    ({ id }) => id,
    () => make("p"),
    (node, { id, state, seen }) => {
      node.className = state === "silent" ? "bad" : "dim";
      set(node, `${state === "silent" ? "✖" : "…"} ${id}: ${state}, ${seen}`);
    },
  );
  const sorted = [...claims].sort((a, b) => Number(a.holds) - Number(b.holds));
  list(
    el("claims"),
    sorted,
    ({ id }) => id,
    () => make("details", {}, make("summary"), evidence()),
    (node, { holds, title, machine, expected, seen, look }) => {
      set(node.children[0], `${holds ? "✔" : "✖"} ${title} (${machine})`);
      node.children[0].className = holds ? "good" : "bad";
      texts(node, { expected, seen, look });
    },
  );
}

export function evidence() {
  const row = (name) => [make("dt", { text: name }), make("dd", { className: name })];
  return make(
    "dl",
    {},
    ...row("expected"),
    ...row("seen"),
    make("dt", { text: "look" }),
    make("dd", {}, make("code", { className: "look" })),
  );
}
