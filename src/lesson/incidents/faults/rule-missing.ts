import { type Fault, putRule } from "../fault.ts";

export const ruleMissing: Fault = {
  id: "rule-missing",
  level: 1,
  rule: () => undefined,
  hints: [
    {
      en: "The app itself runs well. Who sends visitors to it?",
      zh: "应用本身运行正常。是谁把访问者送过去的？",
    },
    { en: "Bamboo sends nobody to an app that has no rule.", zh: "没有规则的应用，Bamboo 不会转发。" },
  ],
  told: { en: "The app has no rule in Bamboo.", zh: "应用在 Bamboo 里没有规则。" },
  repair: (scene) => [putRule(scene)],
};
