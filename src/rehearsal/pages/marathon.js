// What Marathon's page does: shows the apps or, behind `#/apps/<id>`, one of them, and calls the API.
import { byId, make } from "./helpers.js";

const row = (cells) =>
  make(
    "tr",
    undefined,
    ...cells.map((cell) => (cell instanceof Node ? make("td", undefined, cell) : make("td", cell))),
  );
const say = (text) => {
  byId("message").textContent = text;
};
const words = (error) => {
  try {
    return JSON.parse(error.message).message;
  } catch {
    return error.message;
  }
};

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    body: body && JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return answer === "" ? undefined : JSON.parse(answer);
}
const act = (work) =>
  work()
    .then(() => {
      say("");
      return show();
    })
    .catch((error) => say(words(error)));

const opened = () => decodeURIComponent(location.hash).match(/^#\/apps(\/.+)$/)?.[1];
const selected = new Set();

function appRow(app) {
  const link = make("a", app.id);
  link.href = `#/apps${encodeURI(app.id)}`;
  const status = make("span", app.deployments.length > 0 ? "Deploying" : "Running");
  status.className = app.deployments.length > 0 ? "wait" : "good";
  const line = row([
    link,
    String(app.mem),
    String(app.cpus),
    `${app.tasksRunning} / ${app.instances}`,
    status,
  ]);
  line.className = "link";
  line.onclick = () => {
    location.hash = `#/apps${encodeURI(app.id)}`;
  };
  return line;
}

function taskRow(task) {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = selected.has(task.id);
  box.setAttribute("aria-label", `select ${task.id}`);
  const toggle = () => {
    box.checked ? selected.add(task.id) : selected.delete(task.id);
    buttons();
  };
  box.onchange = toggle;
  const address =
    task.ports.length === 0 ? task.host : task.ports.map((port) => `${task.host}:${port}`).join(", ");
  const status = make("span", task.startedAt === null ? "Staged" : "Started");
  status.className = task.startedAt === null ? "wait" : "good";
  const line = row([
    box,
    task.id,
    address,
    status,
    task.startedAt ? new Date(task.startedAt).toLocaleTimeString() : "",
  ]);
  line.className = "link";
  line.onclick = (event) => {
    if (event.target !== box) {
      box.checked = !box.checked;
      toggle();
    }
  };
  return line;
}

const buttons = () => {
  byId("kill").disabled = selected.size === 0;
};

let last = "";
async function show() {
  const id = opened();
  byId("list").hidden = id !== undefined;
  byId("app").hidden = id === undefined;
  const answer =
    id === undefined ? await call("GET", "/v2/apps") : await call("GET", `/v2/apps${encodeURI(id)}`);
  const text = id + JSON.stringify(answer);
  if (text === last) return;
  last = text;
  if (id === undefined) {
    const rows = answer.apps.map(appRow);
    const none = make("td", "No applications yet.");
    none.colSpan = 5;
    byId("apps").replaceChildren(...(rows.length > 0 ? rows : [make("tr", undefined, none)]));
    return;
  }
  const app = answer.app;
  byId("app-id").textContent = app.id;
  byId("facts").textContent =
    app.tasksRunning +
    " of " +
    app.instances +
    " running" +
    (app.deployments.length > 0 ? ", deploying" : "") +
    " · " +
    app.cpus +
    " CPU · " +
    app.mem +
    " MB" +
    (app.cmd ? ` · ${app.cmd}` : "") +
    (app.container?.docker ? ` · ${app.container.docker.image}` : "");
  for (const known of [...selected]) if (!app.tasks.some((task) => task.id === known)) selected.delete(known);
  const none = make("td", "No instances.");
  none.colSpan = 5;
  byId("tasks").replaceChildren(
    ...(app.tasks.length > 0 ? app.tasks.map(taskRow) : [make("tr", undefined, none)]),
  );
  const failure = app.lastTaskFailure;
  byId("failure").textContent = failure ? `Last failure: ${failure.state}, ${failure.message}` : "";
  byId("all").checked = app.tasks.length > 0 && selected.size === app.tasks.length;
  byId("all").onchange = () => {
    for (const task of app.tasks) byId("all").checked ? selected.add(task.id) : selected.delete(task.id);
    last = "";
    buttons();
    show();
  };
  byId("scale").onclick = () => {
    const count = prompt("How many instances?", String(app.instances));
    if (count !== null) act(() => call("PUT", `/v2/apps${encodeURI(app.id)}`, { instances: Number(count) }));
  };
  buttons();
}

byId("kill").onclick = () => act(() => call("POST", "/v2/tasks/delete", { ids: [...selected] }));
byId("destroy").onclick = () => {
  const id = opened();
  if (confirm(`Destroy ${id}?`))
    call("DELETE", `/v2/apps${encodeURI(id)}`)
      .then(() => {
        location.hash = "#/apps";
      })
      .catch((error) => say(words(error)));
};
byId("new").onclick = () => {
  byId("problem").textContent = "";
  byId("editor").showModal();
};
byId("cancel").onclick = () => byId("editor").close();
byId("create").onsubmit = (event) => {
  event.preventDefault();
  const value = (name) => byId(name).value.trim();
  const container = {
    type: "DOCKER",
    docker: {
      image: value("image"),
      network: "BRIDGE",
      portMappings: [{ containerPort: 8080, hostPort: 0, servicePort: 0, protocol: "tcp" }],
    },
  };
  const what = value("image") === "" ? { cmd: value("cmd") } : { container };
  const app = {
    id: value("id"),
    cpus: Number(value("cpus")),
    mem: Number(value("mem")),
    instances: Number(value("instances")),
    ...what,
  };
  call("POST", "/v2/apps", app)
    .then(() => {
      byId("editor").close();
      return show();
    })
    .catch((error) => {
      byId("problem").textContent = words(error);
    });
};
const refresh = () =>
  show().catch((error) => {
    if (opened() !== undefined && /does not exist/.test(error.message)) location.hash = "#/apps";
    else say(words(error));
  });
addEventListener("hashchange", () => {
  selected.clear();
  last = "";
  refresh();
});
refresh();
setInterval(refresh, 1000);
