import { type Fault, putRule } from "../fault.ts";

export const ruleTypo: Fault = {
  id: "rule-typo",
  level: 1,
  rule: ({ rule }) => ({ ...rule, acl: "path_beg -i /hmoe" }),
  hints: [
    {
      en: "The app itself runs well. Who sends visitors to it?",
      zh: "应用本身运行正常。是谁把访问者送过去的？",
    },
    { en: "Read its rule on Bamboo's page, letter by letter.", zh: "在 Bamboo 页面上逐个字母地读它的规则。" },
  ],
  told: {
    en: "The ACL of the app's rule has a path that nobody asks for.",
    zh: "应用规则里的 ACL 写了一个没人访问的路径。",
  },
  repair: (scene) => [putRule(scene)],
};
