import { anew, type Fault } from "../fault.ts";

export const constraint: Fault = {
  id: "constraint",
  level: 2,
  app: ({ app }) => ({ ...app, constraints: [["hostname", "CLUSTER", "10.20.30.40"]] }),
  hints: [
    { en: "The app waits, although a slave has room for it.", zh: "slave 有足够的资源，应用却一直在等待。" },
    {
      en: "Marathon may be told on which slaves an app runs.",
      zh: "可以指定 Marathon 在哪些 slave 上运行应用。",
    },
  ],
  told: { en: "The app has a constraint that no slave meets.", zh: "应用有一个没有任何 slave 满足的约束。" },
  repair: anew,
};
