import { type Fault, putApp } from "../fault.ts";

export const suspended: Fault = {
  id: "suspended",
  level: 1,
  app: ({ app }) => ({ ...app, instances: 0 }),
  hints: [
    { en: "The app has no task, and does not wait for any.", zh: "应用没有任务，也没有在等待任务。" },
    { en: "How many instances are wanted?", zh: "希望运行几个实例？" },
  ],
  told: { en: "The app is suspended: no instance is wanted.", zh: "应用被暂停了：实例数为 0。" },
  repair: (scene) => [putApp(scene)],
};
