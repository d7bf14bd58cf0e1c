import { list, make, set, texts } from "./elements.js";
import { el, of, things } from "./things.js";

export const isServed = ({ answers }) => /^[1234]\d\d$/.test(answers);

export function drawWays() {
  list(
    el("ways"),
    of("route"),
    ({ id }) => id,
    () =>
      make(
        "div",
        { className: "card way" },
        make("h3"),
        make("small", { className: "url" }),
        make("div", { className: "gets" }),
        make("small", { className: "lost" }),
      ),
    (node, route) => {
      set(node.children[0], route.id);
      node.classList.toggle("bad", !isServed(route));
      const addresses = of("task").map(({ address }) => address);
      const lost = route.servers.filter((server) => !addresses.includes(server));
      texts(node, {
        url: route.url,
        gets: `${isServed(route) ? "✔" : "✖"} a visitor gets ${route.answers || "nothing"}`,
        lost: lost.length > 0 ? `leads to ${lost.join(", ")}: no task is there` : "",
      });
    },
  );
}

export function drawMachines({ machines }) {
  const strays = of("task").some(({ machine }) => machine === "");
  const all = strays ? [...machines, { name: "", ip: "on no machine of the lab", services: [] }] : machines;
  list(
    el("machines"),
    all,
    ({ name }) => name,
    () =>
      make(
        "div",
        { className: "card machine" },
        make("h3"),
        make("small"),
        make("div", { className: "chips" }),
        make("div", { className: "tasks" }),
      ),
    (node, { name, ip, services }) => {
      const state = things.get(`machine ${name}`)?.state;
      set(node.children[0], name || "elsewhere");
      set(node.children[1], state === undefined ? ip : `${ip} · ${state}`);
      node.classList.toggle("bad", state !== undefined && state !== "running");
      list(
        node.children[2],
        services,
        (service) => service,
        () => make("span", { className: "chip" }),
        (chip, service) => {
          const about = of("claim").filter(
            (claim) => claim.service === service && claim.machine.split(", ").includes(name),
          );
          const tone = about.length === 0 ? "" : about.every(({ holds }) => holds) ? "good" : "bad";
          chip.className = `chip ${tone}`;
          set(chip, `${{ good: "✔ ", bad: "✖ " }[tone] ?? ""}${service}`);
        },
      );
      list(
        node.children[3],
        of("task").filter(({ machine }) => machine === name),
        ({ id }) => id,
        () => make("div", {}, make("b"), make("small")),
        (box, task) => {
          box.className = `task ${task.state}`;
          box.title = task.id;
          set(box.children[0], `${task.app} `);
          set(box.children[1], `${task.address}${task.state === "running" ? "" : ` · ${task.state}`}`);
        },
      );
    },
  );
}

/** From clients to each way in, and from there to the tasks that it leads to. */
export function drawLines() {
  const frame = el("map").getBoundingClientRect();
  const narrow = innerWidth <= 700;
  const end = (node, side) => {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    if (narrow) return [(left + right) / 2 - frame.left, (side === "out" ? bottom : top) - frame.top];
    return [(side === "out" ? right : left) - frame.left, (top + bottom) / 2 - frame.top];
  };
  const wanted = of("route").flatMap((route) => {
    const way = nodeOf(el("ways"), route.id);
    const bad = !isServed(route);
    const tasks = of("task").filter(({ address }) => route.servers.includes(address));
    return [[el("clients"), way, bad], ...tasks.map((task) => [way, nodeOf(el("machines"), task.id), bad])];
  });
  list(
    el("lines"),
    wanted.filter(([, to]) => to),
    ([from, to]) => `${from.dataset.key} ${to.dataset.key}`,
    () => document.createElementNS("http://www.w3.org/2000/svg", "path"),
    (path, [from, to, bad]) => {
      const [[x, y], [u, v]] = [end(from, "out"), end(to, "in")];
      const bend = narrow
        ? `${x} ${(y + v) / 2} ${u} ${(y + v) / 2}`
        : `${(x + u) / 2} ${y} ${(x + u) / 2} ${v}`;
      path.setAttribute("d", `M${x} ${y}C${bend} ${u} ${v}`);
      path.setAttribute("class", bad ? "bad" : "good");
    },
  );
}

export const nodeOf = (parent, key) =>
  [...parent.querySelectorAll("[data-key]")].find(({ dataset }) => dataset.key === key);
