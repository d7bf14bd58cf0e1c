// What Bamboo's page does: shows every app with its rule, and lets rules be made, changed and removed.
import { byId, make } from "./helpers.js";

async function call(method, path, body) {
  const response = await fetch(path, { method, body: body && JSON.stringify(body) });
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return JSON.parse(answer);
}

function button(label, title, action) {
  const element = make("button", label);
  element.title = title;
  element.setAttribute("aria-label", title);
  element.onclick = action;
  return element;
}

let save = () => {};
function edit(id, acl) {
  const isNew = acl === undefined;
  byId("title").textContent = id;
  byId("acl").value = acl ?? "";
  byId("submit").textContent = isNew ? "Create" : "Update";
  byId("problem").textContent = "";
  save = () => {
    const rule = { id, acl: byId("acl").value };
    return isNew ? call("POST", "/api/services", rule) : call("PUT", `/api/services/${id}`, rule);
  };
  byId("editor").showModal();
}

const remove = (id) => {
  if (confirm(`Delete the rule of ${id}?`))
    call("DELETE", `/api/services/${id}`)
      .then(show)
      .catch((error) => {
        byId("message").textContent = error.message;
      });
};

function row(id, app, service) {
  const buttons = make("td");
  if (service === undefined) buttons.append(button("+", `Create a rule for ${id}`, () => edit(id)));
  else
    buttons.append(
      button("✎", `Edit the rule of ${id}`, () => edit(id, service.Acl)),
      " ",
      button("✕", `Delete the rule of ${id}`, () => remove(id)),
    );
  const tasks = (app?.Tasks ?? []).map((task) => make("div", `${task.Host}:${task.Port}`));
  const acl = service === undefined ? make("td", `(default) path_beg -i ${id}`) : make("td", service.Acl);
  return make(
    "tr",
    undefined,
    make("td", id),
    acl,
    make("td", tasks.length ? undefined : "no running task", ...tasks),
    buttons,
  );
}

let last = "";
async function show() {
  const state = await call("GET", "/api/state");
  byId("message").textContent = [
    state.Apps === null && "Marathon does not answer.",
    state.Services === null && "ZooKeeper does not answer.",
  ]
    .filter(Boolean)
    .join(" ");
  if (JSON.stringify(state) === last) return;
  last = JSON.stringify(state);
  const apps = new Map((state.Apps ?? []).map((app) => [app.Id, app]));
  const services = state.Services ?? {};
  const ids = [...new Set([...apps.keys(), ...Object.keys(services)])].sort();
  const rows = ids.map((id) => row(id, apps.get(id), services[id]));
  const none = make("td", "No applications yet.");
  none.colSpan = 4;
  byId("apps").replaceChildren(...(rows.length > 0 ? rows : [make("tr", undefined, none)]));
}
byId("cancel").onclick = () => byId("editor").close();
byId("form").onsubmit = (event) => {
  event.preventDefault();
  save()
    .then(() => {
      byId("editor").close();
      return show();
    })
    .catch((error) => {
      byId("problem").textContent = error.message;
    });
};
const refresh = () =>
  show().catch((error) => {
    byId("message").textContent = error.message;
  });
refresh();
setInterval(refresh, 2000);
