import { putRuleOf } from "../acts.ts";
import { deleteRule, type Fault } from "../fault.ts";

export const ruleShadowed: Fault = {
  id: "rule-shadowed",
  level: 3,
  after: async (stage, { bystanders: [first = ""] }) => {
    await putRuleOf(stage, first, "path_beg -i /");
  },
  hints: [
    {
      en: "The app is well, and its rule is right. Does HAProxy get as far as that rule?",
      zh: "应用正常，规则也正确。HAProxy 走得到那条规则吗？",
    },
    {
      en: "Look at all rules, in the order of the apps' names: the first that fits wins.",
      zh: "按应用名字的顺序看所有规则：第一条匹配的规则生效。",
    },
  ],
  told: {
    en: "Another app's rule fits every request too, and stands before this one.",
    zh: "另一个应用的规则也匹配所有请求，而且排在前面。",
  },
  repair: (scene) => [deleteRule(scene, scene.bystanders[0] ?? "")],
};
