import { type Fault, putApp } from "../fault.ts";

export const disk: Fault = {
  id: "disk",
  level: 2,
  app: ({ app }) => ({ ...app, disk: 900_000_000 }),
  hints: [
    {
      en: "The app waits, although memory and processors are free.",
      zh: "内存和 CPU 都有空闲，应用却一直在等待。",
    },
    { en: "A task takes more than memory and processors.", zh: "任务需要的不只是内存和 CPU。" },
  ],
  told: {
    en: "The app asks for more disk space than any slave has.",
    zh: "应用要求的磁盘空间比任何 slave 都多。",
  },
  repair: (scene) => [putApp(scene)],
};
