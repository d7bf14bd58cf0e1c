import { anew, type Fault } from "../fault.ts";

export const crashLoop: Fault = {
  id: "crash-loop",
  level: 1,
  app: ({ app: { id, cpus, mem } }) => ({
    ...{ id, cpus, mem: Math.min(Number(mem), 32), instances: 1, ports: [0] },
    cmd: "sleep 2; echo cannot read my configuration >&2; exit 3",
  }),
  hints: [
    { en: "Watch the app's tasks for half a minute.", zh: "观察应用的任务半分钟。" },
    {
      en: "Every task ends soon after it has begun: what does it say last?",
      zh: "每个任务启动后很快就结束：它最后说了什么？",
    },
  ],
  told: {
    en: "The app's command ends by itself with an error, again and again.",
    zh: "应用的命令每次启动后都自己报错退出。",
  },
  repair: anew,
};
