import { effective } from "../lab/catalogue/container.ts";
import { catalogue, pages } from "../lab/catalogue/index.ts";
import type { Lab, ServiceName } from "../lab/model.ts";
import { hasPlaybooks, hasZookeeper, proxyOf } from "../lab/runs.ts";
import { dockerRun } from "./docker-run.ts";
import { type RenderedFile, type Templates, template } from "./files.ts";
import { stepTexts } from "./lesson/steps.ts";
import { type Language, languages } from "./lesson/words.ts";
import { severalOf } from "./several.ts";
import { fill } from "./template.ts";

const proxyWords = {
  en: {
    haproxy: "Bamboo's proxy is this computer's own HAProxy.",
    "built-in": "Bamboo's proxy is built in: it stands for HAProxy, which is not installed here.",
  },
  zh: {
    haproxy: "Bamboo 的代理是本机自带的 HAProxy。",
    "built-in": "Bamboo 的代理是内置的，代替本机没有安装的 HAProxy。",
  },
} as const;

/** The lesson in every language, with this lab's addresses and commands. */
export function lessonFiles(
  templates: Templates,
  lab: Lab,
  titleOf: (service: ServiceName) => string,
): readonly RenderedFile[] {
  const kind = hasPlaybooks(lab) ? "lesson" : "embedded";
  return languages.map((language) => {
    const ending = language === "en" ? "md" : `${language}.md`;
    const text = template(templates, `lesson/${kind}.${ending}.hbs`);
    return { path: `lesson.${ending}`, contents: fill(text, lessonData(lab, language, titleOf)) };
  });
}

function lessonData(lab: Lab, language: Language, titleOf: (service: ServiceName) => string) {
  const all = pages(lab);
  const steps = stepTexts(lab);
  return {
    machines: lab.machines.map(({ name, ip, services }) => ({ name, ip, services: services.join(", ") })),
    pages: all.map(({ title, url }) => ({ title, url })),
    joined: lab.mesos?.zk ?? "",
    several: severalOf(lab),
    ...(hasPlaybooks(lab) ? { containers: containersOf(lab, titleOf) } : processesOf(lab, language, titleOf)),
    steps: steps.map(({ id, title, text, commands, see, question }, index) => ({
      number: index + 1,
      ...{ id, commands, title: title[language], text: text[language], see: see[language] },
      question: question?.[language],
      last: index === steps.length - 1,
    })),
  };
}

function containersOf(lab: Lab, titleOf: (service: ServiceName) => string) {
  return catalogue(lab).map((entry) => ({
    title: titleOf(entry.service),
    machine: entry.machine.name,
    command: dockerRun(effective(entry)),
    additions: entry.additions.map(({ reason }) => reason),
  }));
}

/** What an embedded lab runs, where there are no containers. */
function processesOf(lab: Lab, language: Language, titleOf: (service: ServiceName) => string) {
  return {
    zookeeper: hasZookeeper(lab),
    proxy: pages(lab).some(({ title }) => title === "HAProxy") ? proxyWords[language][proxyOf(lab)] : "",
    processes: catalogue(lab)
      .filter(({ service }) => service !== "zookeeper" || hasZookeeper(lab))
      .map(({ service, machine }) => ({ service, title: titleOf(service), machine: machine.name })),
  };
}
