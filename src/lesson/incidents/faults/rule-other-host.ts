import { type Fault, putRule } from "../fault.ts";

export const ruleOtherHost: Fault = {
  id: "rule-other-host",
  level: 2,
  rule: ({ rule }) => ({ ...rule, acl: "hdr(host) -i www.example.org" }),
  hints: [
    { en: "Some visitors could be served: which ones?", zh: "有些访问者其实可以得到服务：是哪些？" },
    {
      en: "Look at what the ACL compares, and at what your request says.",
      zh: "看看 ACL 比较的是什么，再看看您的请求里写的是什么。",
    },
  ],
  told: {
    en: "The ACL lets in only those who ask for another host name.",
    zh: "ACL 只放行使用另一个主机名的请求。",
  },
  repair: (scene) => [putRule(scene)],
};
