import { type Lab, type Machine, portsOf } from "../lab/model.ts";
import { proxyOf } from "../lab/runs.ts";
import { askBambooState, type BambooState } from "../probes/bamboo.ts";
import { originOf } from "../probes/context.ts";
import { askApps, type MarathonApp } from "../probes/marathon.ts";
import { about, type Claim } from "./claim.ts";
import { requestFor } from "./judge/acl-request.ts";
import { judgeServed } from "./judge/served.ts";
import { askTasksOf, type Page, visitAll } from "./served.ts";

/** What a visitor gets of the applications that Bamboo has a rule for. */
export function bambooServes(lab: Lab, machine: Machine, marathon: Machine): Claim {
  const { haproxy, bamboo } = portsOf(lab, machine);
  const proxy = proxyOf(lab) === "built-in" ? "the built-in proxy" : "HAProxy";
  return {
    ...about("haproxy-serves", machine),
    service: "bamboo",
    title: `The applications that have a rule answer through ${proxy}`,
    expected: "a page for a request that the rule is for: no 503, no 504, no refusal",
    look: `curl -si http://${machine.ip}:${haproxy}/`,
    check: async (context) => {
      const origin = originOf(context, marathon, portsOf(lab, marathon).marathon);
      const [state, apps, tasks] = await Promise.all([
        askBambooState(context, originOf(context, machine, bamboo)),
        askApps(context, origin),
        askTasksOf(context, origin),
      ]);
      const { pages, others } = ruledPages(state, apps, originOf(context, machine, haproxy));
      return judgeServed(await visitAll(context, tasks, pages), others);
    },
  };
}

/** A page for each rule whose application wants tasks, and in words the rules that no page is known for. */
function ruledPages({ Services }: BambooState, apps: readonly MarathonApp[], origin: string) {
  const pages: Page[] = [];
  const others: string[] = [];
  for (const { Id, Acl } of Object.values(Services ?? {})) {
    if (!apps.some(({ id, instances }) => id === Id && instances > 0)) continue;
    const request = requestFor(Acl);
    if (request === undefined) others.push(`${Id}: not asked, its rule is for more than a path or a host`);
    else pages.push({ app: Id, name: Id, url: `${origin}${request.path}`, host: request.host });
  }
  return { pages, others };
}
