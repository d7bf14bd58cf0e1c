import { type ChildProcess, spawn } from "node:child_process";
import { once, setMaxListeners } from "node:events";
import { get } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { HaproxyProcess } from "../../src/rehearsal/haproxy/process.ts";
import { isInstalled } from "../../src/tools/host.ts";
import { freePort } from "../helpers/fake-mesos-master.ts";
import { workshopLab } from "../helpers/workshop/lab.ts";
import type { Workshop } from "../helpers/workshop/workshop.ts";
import { print } from "./figures.ts";
import { median, timed } from "./measures.ts";
import { ask } from "./requests.ts";

const rounds = 9;
const limitMs = 60_000;
/** Between two looks at the page. */
const lookMs = 10;

/**
 * From the kill of the demo's task to the page of the one in its place, beside what this cannot do without: the start of the
 * task's program until it listens, and one reload of HAProxy.
 */
export async function recovery(workshop: Workshop): Promise<void> {
  if (!isInstalled("haproxy")) {
    process.stdout.write("\nkill to new route: not measured, as this host has no HAProxy\n");
    return;
  }
  const lab = workshopLab(workshop, "runsOn: embedded\n");
  await lab.run("create");
  const page = pageOf(await lab.run("demo", "--json"));
  const tasks = `${lab.origin("marathon")}/v2/apps/tomcat/tasks`;
  const program = join(workshop.cli, "../rehearsal/programs/tomcat.js");
  const haproxy = await ownHaproxy(workshop.folder(), await freePort());
  const routed: number[] = [];
  const starts: number[] = [];
  const reloads: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      routed.push(await timed(() => killed(tasks, page)));
      const port = await freePort();
      starts.push(await timed(() => started(program, port)));
      reloads.push(await timed(() => haproxy.reload(round)));
      // A task that fails soon is held back, and so is a reload upon another.
      await sleep(1_000);
    }
  } finally {
    await haproxy.close();
    await lab.run("destroy");
  }
  const floor = starts.map((start, index) => start + (reloads[index] ?? Number.NaN));
  const ratios = routed.map((value, index) => value / (floor[index] ?? Number.NaN));
  print("kill of a task to the page of the next one", { routed, starts, reloads }, [
    ["kill to page", `${Math.round(median(routed))} ms`],
    ["the program's start until it listens", `${Math.round(median(starts))} ms`],
    ["one reload of HAProxy", `${Math.round(median(reloads))} ms`],
    ["ratio to both, median of the rounds", median(ratios).toFixed(2)],
  ]);
}

/** The demo's result is its last line. */
function pageOf(output: string): string {
  const { page } = JSON.parse(output.trim().split("\n").at(-1) ?? "") as { page: string };
  return page;
}

async function killed(tasks: string, page: string): Promise<void> {
  const { tasks: [task] = [] } = (await (await ask(tasks)).json()) as { tasks?: { id: string }[] };
  if (task === undefined) throw new Error("the demo's app has no task");
  await (await ask(`${tasks}/${task.id}`, { method: "DELETE" })).text();
  const news = new AbortController();
  setMaxListeners(0, news.signal);
  let seen = "";
  const look = async () => {
    seen = await pageAt(page, news.signal).catch((error: Error) => error.message);
    if (seen.includes("It works!") && !seen.includes(task.id)) news.abort();
  };
  // Each look by itself: one that meets the task that has gone is held by HAProxy for seconds.
  for (const deadline = performance.now() + limitMs; performance.now() < deadline; await sleep(lookMs)) {
    if (news.signal.aborted) return;
    void look();
  }
  throw new Error(`no other task after ${limitMs / 1000} s; last seen: ${seen.slice(0, 200)}`);
}

/** Over a connection of its own: a kept one would go on with the routes of its time. */
function pageAt(url: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, signal }, (answer) => void text(answer).then(resolve, reject)).once(
      "error",
      reject,
    );
  });
}

async function started(program: string, port: number): Promise<void> {
  const env = { ...process.env, HOST: "127.0.0.1", PORT0: String(port) };
  const child: ChildProcess = spawn(process.execPath, [program], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await once(child.stdout ?? child, "data")) as [Buffer];
  child.kill("SIGKILL");
  await once(child, "exit");
  if (!said.includes("listening")) throw new Error(`it said ${said.toString()}`);
}

async function ownHaproxy(folder: string, port: number) {
  const config = (round: number) =>
    `global\ndefaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\nfrontend in\n  bind 127.0.0.1:${port}\n  http-request return status 200 content-type text/plain string "${round}"\n`;
  const haproxy = new HaproxyProcess({
    outputPath: join(folder, "haproxy.cfg"),
    runFolder: join(folder, "run"),
    log: () => {},
  });
  await haproxy.apply(config(-1));
  return { reload: (round: number) => haproxy.apply(config(round)), close: () => haproxy.close() };
}
