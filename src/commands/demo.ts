import { aclCheckConfig, aclFault, badAcl } from "../demo/acl.ts";
import { absoluteId } from "../demo/app.ts";
import { deployApp, putRule, removeApp, type Stage, untilRunning, untilServed } from "../demo/deploy.ts";
import { addressesOf } from "../demo/services.ts";
import { exitCodes, LabError } from "../errors.ts";
import { entriesOf } from "../lab/catalogue/index.ts";
import { demoAcl, isWelcomePage, tomcatApp } from "../lab/demo.ts";
import { pages } from "../lab/pages.ts";
import { machinesOf } from "../machines/index.ts";
import { openHttp } from "../probes/http.ts";
import { lineOf, type Run } from "../steps/run.ts";
import { readIfThere } from "../tools/files.ts";
import { line, runTasks } from "../ui/tasks.ts";
import { type Context, type LabOptions, type MadeLab, madeLab } from "./context.ts";

export interface DemoOptions extends LabOptions {
  /** A file with an app of the user's own, instead of the tutorial's Tomcat. */
  readonly app?: string;
  readonly acl?: string;
  readonly remove?: boolean;
}

/** The tutorial's second half: an app in Marathon, a rule in Bamboo, a page through HAProxy. */
export async function demo(options: DemoOptions, context: Context): Promise<void> {
  const { app, acl = demoAcl, remove, ...which } = options;
  const made = madeLab(which);
  const text = app === undefined ? JSON.stringify(tomcatApp(made.lab)) : readApp(app);
  const http = openHttp();
  try {
    if (remove) await takeAway({ ...context, ...made }, idIn(text, app), http, context);
    else await setUp({ ...context, ...made }, { text, acl, file: app }, http, context);
  } finally {
    await http.close();
  }
}

async function setUp(
  run: Run,
  wanted: { text: string; acl: string; file: string | undefined },
  http: Stage["http"],
  context: Context,
): Promise<void> {
  const stage = (say: Stage["say"]): Stage => ({ http, at: addressesOf(run.lab), signal: run.signal, say });
  let id = "";
  let tasks: readonly string[] = [];
  await runTasks(
    [
      line(lineOf(run, "demo", "Check the ACL", "acl"), async () => {
        await checkAcl(run, wanted.acl, run.signal);
        return undefined;
      }),
      line(lineOf(run, "demo", "Deploy the app to Marathon", "app"), async (say) => {
        const changed = await deployApp(stage(say), wanted.text);
        id = idIn(wanted.text, wanted.file);
        tasks = await untilRunning(stage(say), id);
        return `${id} runs at ${tasks.join(", ")}${changed ? "" : ", as before"}`;
      }),
      line(lineOf(run, "demo", "Give it a rule in Bamboo", "rule"), async (say) =>
        (await putRule(stage(say), id, wanted.acl)) ? wanted.acl : "nothing to change",
      ),
      line(lineOf(run, "demo", "Visit it through HAProxy", "page"), async (say) => {
        const isPage =
          wanted.file === undefined ? isWelcomePage : (_: string, status: number) => status < 400;
        await untilServed(stage(say), id, isPage);
        return undefined;
      }),
    ],
    context.display,
  );
  const { page } = addressesOf(run.lab);
  if (context.json) context.emit({ event: "result", app: id, tasks, page, acl: wanted.acl });
  else {
    context.print(`${id} answers at ${page}, served by ${tasks.join(", ")}`);
    for (const { title, url } of pages(run.lab)) context.print(`${title.padEnd(8)} ${url}`);
  }
}

async function takeAway(run: Run, id: string, http: Stage["http"], context: Context): Promise<void> {
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
  const said = await machinesOf(made.lab, made.folder).checkHaproxy(entry, aclCheckConfig(acl), signal);
  if (said !== undefined) throw badAcl(acl, said);
}

function readApp(file: string): string {
  const text = readIfThere(file);
  if (text !== undefined) return text;
  throw new LabError(`there is no app file ${file}`, {
    exitCode: exitCodes.usage,
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
  throw new LabError(`${file} is no app with an id`, {
    exitCode: exitCodes.usage,
    remedy: ["npx mesos-lab demo"],
  });
}
