import { aclCheckConfig, aclFault, badAcl } from "../demo/acl.ts";
import { absoluteId, addressOfApp, hostPortsOf } from "../demo/app.ts";
import { deployApp, putRule, removeApp, type Stage, untilRunning } from "../demo/deploy.ts";
import { addressesOf } from "../demo/services.ts";
import { demoText, wayJson } from "../demo/tell.ts";
import { untilServed } from "../demo/visit.ts";
import { type WayIn, waysIn } from "../demo/ways-in.ts";
import { LabError } from "../errors.ts";
import { entriesOf } from "../lab/catalogue/index.ts";
import type { AppAddress } from "../lab/catalogue/method.ts";
import { methods } from "../lab/catalogue/methods.ts";
import { demoAcl, isWelcomePage, tomcatApp } from "../lab/demo.ts";
import { discoveryOf } from "../lab/discovery.ts";
import type { Lab } from "../lab/model.ts";
import { machinesOf } from "../machines/index.ts";
import { labAddress } from "../probes/context.ts";
import { openHttp } from "../probes/http.ts";
import { readIfThere } from "../tools/files.ts";
import { line, lineOf, runTasks } from "../ui/tasks.ts";
import { type Context, type LabOptions, type MadeLab, madeLab } from "./context.ts";

export interface DemoOptions extends LabOptions {
  /** A file with an app of the user's own, instead of the tutorial's Tomcat. */
  readonly app?: string;
  readonly acl?: string;
  readonly remove?: boolean;
}

/** The tutorial's second half: an app in Marathon, a rule in Bamboo, a page through HAProxy, and the lab's other ways in. */
export async function demo(options: DemoOptions, context: Context): Promise<void> {
  const { app, acl, remove, ...which } = options;
  const made = madeLab(which);
  if (acl !== undefined && !discoveryOf(made.lab).includes("bamboo")) throw noBamboo(made.lab);
  const text = app === undefined ? JSON.stringify(tomcatApp(made.lab)) : readApp(app);
  const http = openHttp();
  const run = { ...context, ...made };
  try {
    // A drill that goes on would measure what happens to its app here.
    await made.folder.locked(() =>
      remove
        ? takeAway(run, idIn(text, app), http, context)
        : setUp(run, { text, acl: acl ?? demoAcl, file: app }, http, context),
    );
  } finally {
    await http.close();
  }
}

async function setUp(
  run: MadeLab & Context,
  wanted: { text: string; acl: string; file: string | undefined },
  http: Stage["http"],
  context: Context,
): Promise<void> {
  const { lab, signal } = run;
  const at = addressesOf(lab);
  const { bamboo } = at;
  const stage = (say: Stage["say"]): Stage => ({ http, at, signal, say });
  const isPage = wanted.file === undefined ? isWelcomePage : (_: string, status: number) => status < 400;
  let id = "";
  let tasks: readonly string[] = [];
  let ways: readonly WayIn[] = [];
  const checkRule = line(lineOf(run, "demo", "Check the ACL", "acl"), async () => {
    await checkAcl(run, wanted.acl, signal);
    return undefined;
  });
  const deploy = line(lineOf(run, "demo", "Deploy the app to Marathon", "app"), async (say) => {
    const changed = await deployApp(stage(say), wanted.text);
    id = idIn(wanted.text, wanted.file);
    const app = await untilRunning(stage(say), id);
    tasks = hostPortsOf(app);
    ways = visitorsWays(lab, addressOfApp(id, app), signal);
    return `${id} runs at ${tasks.join(", ")}${changed ? "" : ", as before"}`;
  });
  const giveRule = (url: string) =>
    line(lineOf(run, "demo", "Give it a rule in Bamboo", "rule"), async (say) =>
      (await putRule(stage(say), url, id, wanted.acl)) ? wanted.acl : "nothing to change",
    );
  const visits = discoveryOf(lab).map((name) =>
    line(lineOf(run, "demo", `Visit it through ${name}`, name), async (say) => {
      const mine = ways.filter(({ method }) => method === name);
      const led = await Promise.all(mine.map((way) => untilServed(stage(say), id, way, isPage)));
      return led.length > 0 ? [...new Set(led)].join(", ") : `not served: it needs ${methods[name].needs}`;
    }),
  );
  const tasksToRun =
    bamboo === undefined ? [deploy, ...visits] : [checkRule, deploy, giveRule(bamboo), ...visits];
  await runTasks(tasksToRun, context.display);
  const rule = bamboo === undefined ? {} : { acl: wanted.acl };
  if (context.json)
    context.emit({ event: "result", app: id, tasks, page: ways[0]?.url, ...rule, ways: ways.map(wayJson) });
  else for (const text of demoText(lab, id, tasks, ways)) context.print(text);
}

/** What a visitor can tell apart: how long a client keeps an answer of DNS is not seen in one visit. */
function visitorsWays(lab: Lab, app: AppAddress, signal: AbortSignal): readonly WayIn[] {
  const options = { addressOf: labAddress, signal, now: () => performance.now() };
  return waysIn(lab, app, options).filter(({ learns }) => learns.keptMs === undefined);
}

function noBamboo(lab: Lab): LabError {
  return new LabError("service-not-in-lab", "this lab has no Bamboo that a rule could be given to", {
    details: [`its ways of discovery: ${discoveryOf(lab).join(", ")}`],
    remedy: ["leave --acl out"],
  });
}

async function takeAway(
  run: MadeLab & Context,
  id: string,
  http: Stage["http"],
  context: Context,
): Promise<void> {
  let removed = false;
  const task = line(lineOf(run, "demo", `Remove ${id}`), async (say) => {
    removed = await removeApp({ http, at: addressesOf(run.lab), signal: run.signal, say }, id);
    return removed ? undefined : "it was not there";
  });
  await runTasks([task], context.display);
  if (context.json) context.emit({ event: "result", app: id, removed });
}

/** @throws LabError `usage` with HAProxy's own words, asked of the HAProxy that would get the rule. */
async function checkAcl(made: MadeLab, acl: string, signal: AbortSignal): Promise<void> {
  const fault = aclFault(acl);
  if (fault !== undefined) throw badAcl(acl, fault);
  const [entry] = entriesOf(made.lab, "bamboo");
  if (entry === undefined) return;
  const said = await machinesOf(made.lab, made.folder).access.checkHaproxy(
    entry,
    aclCheckConfig(acl),
    signal,
  );
  if (said !== undefined) throw badAcl(acl, said);
}

function readApp(file: string): string {
  const text = readIfThere(file);
  if (text !== undefined) return text;
  throw new LabError("app-file-missing", `there is no app file ${file}`, {
    remedy: ["npx mesos-lab demo"],
  });
}

/** The app's id; only asked once Marathon has accepted the text, or to remove it. */
function idIn(text: string, file: string | undefined): string {
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    if (typeof id === "string") return absoluteId(id);
  } catch {
    // Said below, with the file's name.
  }
  throw new LabError("app-file-wrong", `${file} is no app with an id`, {
    remedy: ["npx mesos-lab demo"],
  });
}
