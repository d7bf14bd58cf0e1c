import { type Lab, machinesWith, serviceNames } from "../../lab/model.ts";
import { profileHtml } from "../../profile/page.ts";
import { followSpans } from "../../profile/spans.ts";
import { type Profile, pathRows, profileTable } from "../../profile/table.ts";
import type { LabFolder } from "../../tools/lab-folder.ts";
import type { Context } from "../context.ts";
import { reportName } from "../drill-files.ts";

/** Does the work, and tells at its end, however that is, what its time was spent on: in the terminal, as a page and as data. */
export async function profiled(
  lab: Lab,
  folder: LabFolder,
  context: Context,
  work: (context: Context) => Promise<void>,
): Promise<void> {
  const startedAt = new Date(performance.timeOrigin).toISOString();
  const now = () => Math.round(performance.now()) / 1000;
  const { hear, spans } = followSpans(now);
  const emit: Context["emit"] = (event) => {
    hear(event);
    context.emit(event);
  };
  const tell = () => {
    const { user, system } = process.cpuUsage();
    const ownSeconds = (user + system) / 1_000_000;
    const profile = {
      lab: lab.name,
      startedAt,
      seconds: now(),
      ownSeconds,
      spans,
      machines: machinesOf(lab),
    };
    show(profile, write(folder, profile), context);
  };
  try {
    await work({ ...context, emit });
  } catch (error) {
    try {
      tell();
    } catch {
      // Why the run failed is what has to be told, not that its page could not be written.
    }
    throw error;
  }
  tell();
}

function machinesOf(lab: Lab): Profile["machines"] {
  return Object.fromEntries(
    serviceNames.map((service) => [
      service,
      machinesWith(lab, service)
        .map(({ name }) => name)
        .join(", "),
    ]),
  );
}

/** Writes page and data; returns the page's path. */
function write(folder: LabFolder, profile: Profile): string {
  const base = `reports/${reportName("create", profile.startedAt)}`;
  folder.writeBeside([
    { path: `${base}.json`, contents: `${JSON.stringify(profile, undefined, 2)}\n` },
    { path: `${base}.html`, contents: profileHtml(profile) },
  ]);
  return folder.file(`${base}.html`);
}

function show(profile: Profile, page: string, { json, emit, print, width }: Context): void {
  const { seconds, ownSeconds } = profile;
  if (json) {
    emit({ event: "profile", seconds, ownSeconds, path: pathRows(profile), page });
    return;
  }
  print("");
  for (const text of profileTable(profile, width)) print(text);
  print(`drawn: ${page}`);
}
