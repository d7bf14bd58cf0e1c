import { type Fault, putApp } from "../fault.ts";

export const memory: Fault = {
  id: "memory",
  level: 1,
  app: ({ app }) => ({ ...app, mem: 4_000_000 }),
  hints: [
    { en: "The app has no task. Why does Marathon start none?", zh: "应用没有任务。Marathon 为什么不启动？" },
    {
      en: "Compare what the app asks for with what the slaves offer.",
      zh: "比较应用的要求和 slave 能提供的资源。",
    },
  ],
  told: { en: "The app asks for more memory than any slave has.", zh: "应用要求的内存比任何 slave 都多。" },
  repair: (scene) => [putApp(scene)],
};
