import { type Lab, type Machine, machinesWith, portsOf } from "../lab/model.ts";
import { originOf, type ProbeContext } from "../probes/context.ts";
import { askStats, type HaproxyStats, statsLogin } from "../probes/haproxy.ts";
import { askApps, askTasks } from "../probes/marathon.ts";
import { about, type Claim } from "./claim.ts";
import { judgeServicePorts, type Route, routesOf } from "./judge/routes.ts";
import { judgeServed } from "./judge/served.ts";
import { askTasksOf, visitAll } from "./served.ts";

const statsPath = "/haproxy?stats;csv";

export function bridgeClaims(lab: Lab): Claim[] {
  const [marathon] = machinesWith(lab, "marathon");
  if (marathon === undefined) return [];
  return machinesWith(lab, "haproxy-marathon-bridge").flatMap((machine) => [
    routes(lab, machine, marathon),
    serves(lab, machine, marathon),
  ]);
}

function routes(lab: Lab, machine: Machine, marathon: Machine): Claim {
  const { bridge } = portsOf(lab, machine);
  return {
    ...about("bridge-routes", machine),
    service: "haproxy-marathon-bridge",
    title: "The bridge's HAProxy routes to the tasks that Marathon runs",
    expected: "a section for every service port, with one server for each running task",
    look: `curl -s -u ${statsLogin.user}:${statsLogin.password} 'http://${machine.ip}:${bridge}${statsPath}'`,
    check: async (context) => {
      const [stats, wanted] = await Promise.all([
        askStats(context, originOf(context, machine, bridge), statsPath),
        allRoutes(context, lab, marathon),
      ]);
      return judgeServicePorts(wanted, (route) => serversOf(stats, route));
    },
  };
}

function serves(lab: Lab, machine: Machine, marathon: Machine): Claim {
  return {
    ...about("bridge-serves", machine),
    service: "haproxy-marathon-bridge",
    title: "The applications answer through the bridge's HAProxy",
    expected: "an answer of the application's own at each service port: no 503, no 504, no refusal",
    look: `curl -si http://${machine.ip}:10000/`,
    check: async (context) => {
      const origin = originOf(context, marathon, portsOf(lab, marathon).marathon);
      const [wanted, tasks] = await Promise.all([
        allRoutes(context, lab, marathon),
        askTasksOf(context, origin),
      ]);
      const pages = wanted.map(({ app, servicePort }) => ({
        ...{ app, name: `${app} at ${servicePort}` },
        url: `${originOf(context, machine, servicePort)}/`,
      }));
      return judgeServed(await visitAll(context, tasks, pages));
    },
  };
}

async function allRoutes(context: ProbeContext, lab: Lab, marathon: Machine): Promise<Route[]> {
  const origin = originOf(context, marathon, portsOf(lab, marathon).marathon);
  return routesOf(...(await Promise.all([askApps(context, origin), askTasks(context, origin)])));
}

/** The bridge names its sections `<application>-<port>`, and its servers by their addresses. */
function serversOf(stats: HaproxyStats, { app, servicePort }: Route): readonly string[] | undefined {
  const name = `${app.slice(1).replaceAll("/", "_")}-${servicePort}`;
  return stats.backends.find((backend) => backend.name === name)?.servers.map((server) => server.name);
}
