import { balancerGroup, inGroup } from "../lab/catalogue/marathon-lb.ts";
import { type Lab, type Machine, machinesWith, portsOf } from "../lab/model.ts";
import { originOf, type ProbeContext } from "../probes/context.ts";
import { askApps, askTasks } from "../probes/marathon.ts";
import { askBackends, askHealth } from "../probes/marathon-lb.ts";
import { about, type Claim } from "./claim.ts";
import { judgeServicePorts, type Route, routesOf } from "./judge/routes.ts";
import { judgeServed } from "./judge/served.ts";
import { askTasksOf, visitAll } from "./served.ts";

export function marathonLbClaims(lab: Lab): Claim[] {
  const [marathon] = machinesWith(lab, "marathon");
  return machinesWith(lab, "marathon-lb").flatMap((machine) => [
    healthy(lab, machine),
    ...(marathon === undefined ? [] : [routes(lab, machine, marathon), serves(lab, machine, marathon)]),
  ]);
}

function healthy(lab: Lab, machine: Machine): Claim {
  const { marathonLbAdmin } = portsOf(lab, machine);
  return {
    ...about("marathon-lb-healthy", machine),
    service: "marathon-lb",
    title: "marathon-lb's HAProxy runs",
    expected: "/_haproxy_health_check answers 200",
    look: `curl -si http://${machine.ip}:${marathonLbAdmin}/_haproxy_health_check`,
    check: async (context) => {
      const { status } = await askHealth(context, originOf(context, machine, marathonLbAdmin));
      return { holds: status === 200, seen: String(status) };
    },
  };
}

function routes(lab: Lab, machine: Machine, marathon: Machine): Claim {
  const { marathonLbAdmin } = portsOf(lab, machine);
  return {
    ...about("marathon-lb-routes", machine),
    service: "marathon-lb",
    title: "marathon-lb routes to the tasks that Marathon runs",
    expected: `a backend for every service port of the applications in the group ${balancerGroup}, with one server for each running task`,
    look: `curl -s http://${machine.ip}:${marathonLbAdmin}/_haproxy_getconfig`,
    check: async (context) => {
      const [backends, wanted] = await Promise.all([
        askBackends(context, originOf(context, machine, marathonLbAdmin)),
        groupRoutes(context, lab, marathon),
      ]);
      return judgeServicePorts(wanted, (route) => backends.get(backendName(route)));
    },
  };
}

function serves(lab: Lab, machine: Machine, marathon: Machine): Claim {
  return {
    ...about("marathon-lb-serves", machine),
    service: "marathon-lb",
    title: "The applications answer through marathon-lb",
    expected: "an answer of the application's own at each service port: no 503, no 504, no refusal",
    look: `curl -si http://${machine.ip}:10000/`,
    check: async (context) => {
      const origin = originOf(context, marathon, portsOf(lab, marathon).marathon);
      const [wanted, tasks] = await Promise.all([
        groupRoutes(context, lab, marathon),
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

async function groupRoutes(context: ProbeContext, lab: Lab, marathon: Machine): Promise<Route[]> {
  const origin = originOf(context, marathon, portsOf(lab, marathon).marathon);
  const [apps, tasks] = await Promise.all([askApps(context, origin), askTasks(context, origin)]);
  return routesOf(
    apps.filter((app) => inGroup(app.labels ?? {})),
    tasks,
  );
}

function backendName({ app, servicePort }: Route): string {
  return `${app.slice(1).replaceAll("/", "_")}_${servicePort}`;
}
