import { pageStyle } from "../../page-style.ts";
import { marathonScript } from "./page-script.ts";

/** Marathon's page: the apps, each with a page of its own where instances are selected and killed, and a form. */
export const marathonPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Marathon — mesos-lab rehearsal</title>
<style>${pageStyle}</style>
<header><div><b>Marathon</b> <a href="#/apps">Apps</a> <small>mesos-lab rehearsal</small></div></header>
<main>
<section id="list">
  <h1>Apps</h1>
  <p><button class="main" id="new">+ New App</button></p>
  <table>
    <thead><tr><th>ID</th><th>Memory (MB)</th><th>CPUs</th><th>Tasks / Instances</th><th>Status</th></tr></thead>
    <tbody id="apps"><tr><td colspan="5">loading …</td></tr></tbody>
  </table>
</section>
<section id="app" hidden>
  <p><a href="#/apps">← all apps</a></p>
  <h1 id="app-id"></h1>
  <p id="facts" class="dim"></p>
  <p>
    <button class="danger" id="kill" disabled>Kill</button>
    <button id="scale">Scale</button>
    <button id="destroy">Destroy App</button>
  </p>
  <table>
    <thead><tr><th><input type="checkbox" id="all" aria-label="select all instances"></th><th>ID</th><th>Address</th><th>Status</th><th>Started</th></tr></thead>
    <tbody id="tasks"></tbody>
  </table>
  <p id="failure" class="dim"></p>
</section>
<p id="message" role="status"></p>
</main>
<dialog id="editor">
  <form id="create">
    <h2>New application</h2>
    <label for="id">ID</label> <input id="id" value="sleeper" autocomplete="off">
    <label for="cmd">Command</label> <input id="cmd" class="mono" value="sleep 600" autocomplete="off">
    <label for="image">Docker image, instead of a command (with port 8080)</label> <input id="image" class="mono" autocomplete="off">
    <label for="cpus">CPUs</label> <input id="cpus" value="0.1" inputmode="decimal">
    <label for="mem">Memory (MB)</label> <input id="mem" value="32" inputmode="decimal">
    <label for="instances">Instances</label> <input id="instances" value="1" inputmode="numeric">
    <p><button class="main">Create</button> <button type="button" id="cancel">Cancel</button></p>
    <p id="problem" role="alert"></p>
  </form>
</dialog>
<script>${marathonScript}</script>
</html>
`;
