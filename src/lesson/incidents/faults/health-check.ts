import { anew, type Fault } from "../fault.ts";

export const healthCheck: Fault = {
  id: "health-check",
  level: 2,
  app: ({ app }) => ({
    ...app,
    healthChecks: [
      {
        ...{ protocol: "HTTP", path: "/alive-and-well", portIndex: 0 },
        ...{ gracePeriodSeconds: 1, intervalSeconds: 1, timeoutSeconds: 1, maxConsecutiveFailures: 1 },
      },
    ],
  }),
  hints: [
    {
      en: "Visitors are served now and then. Watch the app's tasks for half a minute.",
      zh: "访问者时而成功时而失败。观察应用的任务半分钟。",
    },
    {
      en: "Who ends the tasks? Marathon thinks that they are ill.",
      zh: "是谁结束了任务？Marathon 认为它们不健康。",
    },
  ],
  told: {
    en: "The app's health check asks for a page that it does not have, so Marathon kills every task.",
    zh: "应用的健康检查访问了一个不存在的页面，所以 Marathon 不断杀掉任务。",
  },
  repair: anew,
};
