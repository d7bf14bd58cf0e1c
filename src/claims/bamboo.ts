import { type Lab, type Machine, machinesWith, portsOf } from "../lab/model.ts";
import { proxyOf } from "../lab/runs.ts";
import { askBambooState, askStatus } from "../probes/bamboo.ts";
import { originOf } from "../probes/context.ts";
import { askFrontPage, askStats, statsLogin } from "../probes/haproxy.ts";
import { askSubscriptions, askTasks } from "../probes/marathon.ts";
import { bambooServes } from "./bamboo-serves.ts";
import { about, type Claim } from "./claim.ts";
import { judgeBamboo, judgeSubscription } from "./judge/bamboo.ts";
import { judgeFrontPage, judgeRoutes } from "./judge/haproxy.ts";

export function bambooClaims(lab: Lab): Claim[] {
  const [marathon] = machinesWith(lab, "marathon");
  return machinesWith(lab, "bamboo").flatMap((machine) => [
    answers(lab, machine),
    ...(marathon === undefined ? [] : [subscribed(lab, machine, marathon)]),
    haproxyAnswers(lab, machine),
    ...(marathon === undefined
      ? []
      : [haproxyRoutes(lab, machine, marathon), bambooServes(lab, machine, marathon)]),
  ]);
}

function answers(lab: Lab, machine: Machine): Claim {
  return {
    ...about("bamboo-answers", machine),
    service: "bamboo",
    title: "Bamboo answers and reads Marathon and ZooKeeper",
    expected: "/status says OK, /api/state has neither Apps nor Services null",
    look: `curl -s http://${machine.ip}:${portsOf(lab, machine).bamboo}/api/state`,
    check: async (context) => {
      const origin = originOf(context, machine, portsOf(lab, machine).bamboo);
      return judgeBamboo(
        ...(await Promise.all([askStatus(context, origin), askBambooState(context, origin)])),
      );
    },
  };
}

function subscribed(lab: Lab, machine: Machine, marathon: Machine): Claim {
  const callback = `http://${machine.ip}:${portsOf(lab, machine).bamboo}/api/marathon/event_callback`;
  return {
    ...about("bamboo-subscribed", machine),
    service: "bamboo",
    title: "Marathon tells Bamboo about changes",
    expected: callback,
    look: `curl -s http://${marathon.ip}:${portsOf(lab, marathon).marathon}/v2/eventSubscriptions`,
    check: async (context) =>
      judgeSubscription(
        await askSubscriptions(context, originOf(context, marathon, portsOf(lab, marathon).marathon)),
        callback,
      ),
  };
}

function haproxyAnswers(lab: Lab, machine: Machine): Claim {
  return {
    ...about("haproxy-answers", machine),
    service: "bamboo",
    title: `${proxyName(lab)} answers`,
    expected: "an application's page, or 503 where no rule fits",
    look: `curl -si http://${machine.ip}:${portsOf(lab, machine).haproxy}/`,
    check: async (context) =>
      judgeFrontPage(
        (await askFrontPage(context, originOf(context, machine, portsOf(lab, machine).haproxy))).status,
      ),
  };
}

function haproxyRoutes(lab: Lab, machine: Machine, marathon: Machine): Claim {
  const login = `${statsLogin.user}:${statsLogin.password}`;
  return {
    ...about("haproxy-routes", machine),
    service: "bamboo",
    title: `${proxyName(lab)} routes to the tasks that Marathon runs`,
    expected: "frontend http-in, and one server for the host and port of every running task",
    look: `curl -s -u ${login} 'http://${machine.ip}:${portsOf(lab, machine).haproxy}/haproxy_stats;csv'`,
    check: async (context) =>
      judgeRoutes(
        ...(await Promise.all([
          askStats(context, originOf(context, machine, portsOf(lab, machine).haproxy)),
          askTasks(context, originOf(context, marathon, portsOf(lab, marathon).marathon)),
        ])),
      ),
  };
}

function proxyName(lab: Lab): string {
  return proxyOf(lab) === "built-in" ? "The built-in proxy" : "HAProxy";
}
