/** Marathon's page: apps, their tasks, a Kill button, a form. It needs nothing from elsewhere. */
export const marathonPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Marathon — mesos-lab rehearsal</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
  h1 small { font-size: 1rem; font-weight: normal; background: #fd6; padding: .1rem .5rem; border-radius: .3rem; }
  table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
  th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd; }
  textarea { width: 100%; height: 9rem; font: 14px/1.4 monospace; box-sizing: border-box; }
  button { font: inherit; padding: .2rem .8rem; }
  #message { white-space: pre-wrap; color: #a00; }
</style>
<h1>Marathon <small>mesos-lab rehearsal</small></h1>
<div id="apps">loading …</div>
<h2>New application</h2>
<form id="create">
  <label for="definition">Definition as JSON</label>
  <textarea id="definition" spellcheck="false"></textarea>
  <p><button>Create</button></p>
</form>
<p id="message" role="status"></p>
<script>
  const byId = (id) => document.getElementById(id);
  // textContent only: what apps are called must never become markup.
  const make = (tag, text, ...children) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    element.append(...children);
    return element;
  };
  const row = (tag, cells) =>
    make("tr", undefined, ...cells.map((cell) => (cell instanceof Node ? make("td", undefined, cell) : make(tag, cell))));
  const say = (text) => { byId("message").textContent = text; };

  async function call(method, path, body) {
    const response = await fetch(path, { method, body, headers: { "content-type": "application/json" } });
    const answer = await response.text();
    if (!response.ok) throw new Error(response.status + " " + answer);
    return answer === "" ? undefined : JSON.parse(answer);
  }

  function button(label, title, action) {
    const element = make("button", label);
    element.title = title;
    element.onclick = () => action().then(() => { say(""); return show(); }).catch((error) => say(error.message));
    return element;
  }

  function showApp(app) {
    const destroy = button("Destroy", "Destroy " + app.id, () => call("DELETE", "/v2/apps" + app.id));
    const table = make("table", undefined, row("th", ["Task", "Address", "Status", ""]));
    for (const task of app.tasks ?? []) {
      const address = task.ports.length === 0 ? task.host : task.ports.map((port) => task.host + ":" + port).join(", ");
      const path = "/v2/apps" + app.id + "/tasks/" + encodeURIComponent(task.id);
      const status = task.startedAt === null ? "Staged" : "Started";
      table.append(row("td", [task.id, address, status, button("Kill", "Kill " + task.id, () => call("DELETE", path))]));
    }
    const state = app.deployments.length > 0 ? "deploying" : "running";
    const facts = app.tasksRunning + " of " + app.instances + " running, " + state + ", " + app.cpus + " CPU, " + app.mem + " MiB ";
    return make("section", undefined, make("h2", app.id), make("p", facts, destroy), table);
  }

  let last = "";
  async function show() {
    const { apps } = await call("GET", "/v2/apps?embed=apps.tasks");
    if (JSON.stringify(apps) === last) return;
    last = JSON.stringify(apps);
    byId("apps").replaceChildren(...(apps.length === 0 ? [make("p", "No applications yet.")] : apps.map(showApp)));
  }
  byId("definition").value = JSON.stringify({ id: "sleeper", cmd: "sleep 600", cpus: 0.1, mem: 32, instances: 1 }, null, 2);
  byId("create").onsubmit = (event) => {
    event.preventDefault();
    call("POST", "/v2/apps", byId("definition").value).then(() => { say(""); return show(); }).catch((error) => say(error.message));
  };
  const refresh = () => show().catch((error) => say(error.message));
  refresh();
  setInterval(refresh, 2000);
</script>
</html>
`;
