import { askLeadingMaster } from "../../claims/leader.ts";
import type { JoinedMesos, Lab } from "../../lab/model.ts";
import { labContext } from "../../probes/context.ts";
import type { Http } from "../../probes/http.ts";
import { ProbeError } from "../../probes/probe-error.ts";
import { waitFor } from "../../probes/wait.ts";
import { clean } from "../../untrusted.ts";

const answerMs = 5_000;
/** For the master to forget what it has torn down. */
const goneMs = 30_000;

/**
 * Takes the lab's Marathon and its tasks out of the Mesos that the lab has joined. Only what has the lab's own name there
 * is touched.
 * @returns what stays there and why, in one sentence with the command against it; undefined where nothing does.
 */
export async function leaveMesos(
  lab: Lab,
  { zk, found }: JoinedMesos,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (found === undefined) return undefined;
  const { openHttp } = await import("../../probes/http.ts");
  const http = openHttp();
  const context = labContext(http, signal, answerMs);
  const own = async () => {
    const { pid, frameworks } = await askLeadingMaster(context, lab);
    const ids = frameworks.filter(({ name }) => name === found.framework).map(({ id }) => id);
    return { ids, master: pid.split("@")[1] ?? "" };
  };
  try {
    const { ids, master } = await own();
    for (const id of ids) await tearDown(http, master, id, signal);
    const waited = await waitFor(
      async () => {
        const left = (await own()).ids;
        return left.length === 0
          ? { ok: true, value: undefined }
          : { ok: false, seen: `the master lists ${left.join(", ")}` };
      },
      { timeoutMs: goneMs, signal },
    );
    return waited.ok ? undefined : stays(found.framework, zk, master, waited.seen);
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    return stays(found.framework, zk, found.masters[0] ?? "", error.message);
  } finally {
    await http.close();
  }
}

async function tearDown(http: Http, master: string, id: string, signal: AbortSignal): Promise<void> {
  // The same path and form in every Mesos from 0.24 to 1.11.
  const url = `http://${master}/master/teardown`;
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await http.sendText("POST", url, `frameworkId=${encodeURIComponent(id)}`, {
    ...{ headers, signal, timeoutMs: answerMs },
  });
  if (answer.status !== 200)
    throw new ProbeError(clean(`${url} answers ${answer.status} ${answer.text}`, 200));
}

function stays(framework: string, zk: string, master: string, why: string): string {
  return `framework ${framework} stays in the Mesos at ${zk} for up to a week, with its tasks (${why}); take it away with: curl -d frameworkId=<its id> http://${master}/master/teardown`;
}
