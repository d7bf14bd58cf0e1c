// What is seen of the lab, and the lines that were told of it.
export const things = new Map();
export const lines = [];
export const longestLog = 200;
export const el = (id) => document.getElementById(id);
/** The data of a recording; null where the lab is watched live. */
export const recording = el("recording");
export const of = (kind) => [...things.values()].filter(({ event }) => event === kind);

/** The same fold as that of the program: what is told of a thing holds until the next event of its kind and id. */
export function take({ event, line }) {
  if (event.event === "gone") things.delete(`${event.of} ${event.id}`);
  else if (event.event !== "news") things.set(`${event.event} ${event.id}`, event);
  if (line) note({ ...line, at: event.at });
}

export function note(line) {
  lines.unshift(line);
  lines.length = Math.min(lines.length, longestLog);
}
