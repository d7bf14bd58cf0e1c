import { type Fault, putApp } from "../fault.ts";

export const image: Fault = {
  id: "image",
  level: 1,
  app: ({ app }) => ({
    ...app,
    container: {
      docker: { ...(app.container as { docker: object }).docker, image: "mesos-lab/no-such-image:1" },
    },
  }),
  hints: [
    {
      en: "Every task of the app fails. What does Marathon say of the last one?",
      zh: "应用的每个任务都失败。Marathon 怎么说最后一个任务？",
    },
    { en: "A slave must be able to get the image.", zh: "slave 必须能够取得镜像。" },
  ],
  told: { en: "The app's image does not exist.", zh: "应用的镜像不存在。" },
  repair: (scene) => [putApp(scene)],
};
