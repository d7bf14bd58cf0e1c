import { describe, expect, test } from "vitest";
import { stateBefore } from "../../../src/lesson/state.ts";
import { stepsOf } from "../../../src/lesson/steps.ts";
import { stepTexts } from "../../../src/render/lesson/steps.ts";
import { languages } from "../../../src/render/lesson/words.ts";
import { fourWaysLab, tutorialLab } from "../../helpers/described-labs.ts";

describe.each([
  ["the tutorial's lab", tutorialLab("classic")],
  ["a lab with all ways of discovery", fourWaysLab],
])("the steps of %s", (_, lab) => {
  const texts = stepTexts(lab);

  test("have every text in every language, in its own script", () => {
    for (const { title, text, see, question } of texts)
      for (const words of [title, text, see, ...(question === undefined ? [] : [question])]) {
        expect(Object.keys(words)).toEqual(languages);
        expect(words.zh).toMatch(/\p{Script=Han}/u);
        expect(words.en).not.toMatch(/\p{Script=Han}/u);
        expect(`${words.en}${words.zh}`).not.toMatch(/undefined|\[object|\$\{/);
      }
  });

  test("can each be checked", () => {
    expect(stepsOf(lab).map(({ text }) => text.id)).toEqual(texts.map(({ id }) => id));
  });
});

test("a lab has the steps that it has the parts for", () => {
  const ids = (lab: Parameters<typeof stepTexts>[0]) => stepTexts(lab).map(({ id }) => id);
  expect(ids(tutorialLab("classic"))).not.toContain("compare");
  expect(ids(fourWaysLab)).toContain("compare");
  const store = { ...tutorialLab("rehearsal"), runs: { kind: "embedded", zookeeper: "store" } as const };
  expect(ids(store)).not.toContain("zookeeper");
  const machines = tutorialLab("classic").machines.map((machine) => ({
    ...machine,
    services: machine.services.filter((service) => service !== "bamboo"),
  }));
  expect(ids({ ...tutorialLab("classic"), machines })).toEqual(
    expect.not.arrayContaining(["bamboo", "rule", "rule-api"]),
  );
});

test("what the lab should be when a step begins follows from the steps before it", () => {
  const lab = tutorialLab("classic");
  const ids = stepTexts(lab).map(({ id }) => id);
  const before = (id: (typeof ids)[number]) => stateBefore(id, ids, lab);
  expect(before("zookeeper")).toEqual({ app: "absent" });
  expect(before("deploy")).toEqual({ app: "absent" });
  expect(before("rule")).toEqual({ app: "running" });
  expect(before("rule-api")).toEqual({ app: "running", acl: "path_beg -i /" });
  expect(before("resume")).toEqual({ app: "suspended", acl: "hdr_beg(host) -i 192.168.33.18" });
  expect(before("drill")).toEqual({ app: "running", acl: "hdr_beg(host) -i 192.168.33.18" });
});
