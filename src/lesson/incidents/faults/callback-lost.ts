import { sent, untilTaskRuns } from "../acts.ts";
import type { Fault } from "../fault.ts";

export const callbackLost: Fault = {
  id: "callback-lost",
  level: 3,
  after: async (stage, { marathon, callback, victim }) => {
    const url = `${marathon}/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(callback)}`;
    await untilTaskRuns(stage, victim);
    await sent(stage, "DELETE", url);
    await sent(stage, "DELETE", `${marathon}/v2/apps/${victim}/tasks`);
  },
  hints: [
    {
      en: "The app runs, its rule is right. Compare where it runs with where HAProxy sends visitors.",
      zh: "应用在运行，规则正确。比较它运行的位置和 HAProxy 转发的位置。",
    },
    {
      en: "Bamboo has not heard that the task moved. Who tells it, and how does that one know whom to tell?",
      zh: "Bamboo 不知道任务换了位置。谁通知它？通知的一方又怎么知道该通知谁？",
    },
  ],
  told: {
    en: "Marathon does not tell Bamboo of its events any more: the subscription is gone, and HAProxy's configuration is old.",
    zh: "Marathon 不再把事件通知 Bamboo：订阅丢失了，HAProxy 的配置是旧的。",
  },
  repair: ({ marathon, callback, victim }) => [
    `curl -fsS -X POST '${marathon}/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(callback)}'`,
    `curl -fsS -X DELETE ${marathon}/v2/apps/${victim}/tasks`,
  ],
};
