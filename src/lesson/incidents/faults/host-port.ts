import { anew, type Fault } from "../fault.ts";

export const hostPort: Fault = {
  id: "host-port",
  level: 2,
  app: ({ app }) => ({
    ...app,
    container: {
      docker: {
        ...(app.container as { docker: object }).docker,
        portMappings: [{ containerPort: 8080, hostPort: 8080, servicePort: 0, protocol: "tcp" }],
      },
    },
  }),
  hints: [
    {
      en: "The app waits, although its memory, processors and constraints are no problem.",
      zh: "内存、CPU 和约束都没问题，应用却一直在等待。",
    },
    { en: "A slave offers ports as well, and not every one.", zh: "slave 也提供端口，但不是所有端口。" },
  ],
  told: {
    en: "The app insists on a port of the slave that the slave does not offer.",
    zh: "应用坚持使用一个 slave 不提供的端口。",
  },
  repair: anew,
};
