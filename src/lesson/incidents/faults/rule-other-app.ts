import { deleteRule, type Fault, putRule } from "../fault.ts";

export const ruleOtherApp: Fault = {
  id: "rule-other-app",
  level: 2,
  rule: ({ rule }) => ({ ...rule, id: `${rule.id}s` }),
  hints: [
    { en: "There is a rule, and there is an app.", zh: "规则有，应用也有。" },
    { en: "Compare the rule's id with the app's.", zh: "比较规则的 id 和应用的 id。" },
  ],
  told: {
    en: "The rule is for an app of another name, which does not exist.",
    zh: "规则属于另一个名字的应用，而那个应用并不存在。",
  },
  repair: (scene) => [deleteRule(scene, `${scene.rule.id}s`), putRule(scene)],
};
