import { anew, type Fault } from "../fault.ts";

export const roles: Fault = {
  id: "roles",
  level: 3,
  app: ({ app }) => ({ ...app, acceptedResourceRoles: ["production"] }),
  hints: [
    {
      en: "The app waits, has no constraint, and asks for little.",
      zh: "应用在等待，没有约束，要求也不高。",
    },
    {
      en: "Resources belong to a role. Compare the slave's with what the app accepts.",
      zh: "资源属于某个角色（role）。比较 slave 的角色和应用接受的角色。",
    },
  ],
  told: {
    en: "The app accepts resources of the role `production` only, and there are none.",
    zh: "应用只接受角色 `production` 的资源，而这样的资源不存在。",
  },
  repair: anew,
};
