import type { Entry } from "../../src/lab/catalogue/container.ts";
import { catalogue } from "../../src/lab/catalogue/index.ts";
import type { Lab } from "../../src/lab/model.ts";
import { containerArguments } from "../../src/render/container-task.ts";

/** `docs/additions.md`: everything the containers have that the tutorial's commands do not. */
export function additionsDoc(lab: Lab): string {
  const sections = catalogue(lab).map((entry) => [
    `## ${entry.service} (\`${entry.tutorial.name}\`)`,
    "",
    "| added | why |",
    "|---|---|",
    ...rows(entry),
    "",
  ]);
  return [
    "# What is added to the tutorial's commands",
    "",
    "Made from the service catalogue (`src/lab/catalogue`). Everything else is the tutorial's command to the letter;",
    "the tests hold the rendered playbooks and the running containers against it. The one image that differs is",
    `the demo application's: \`${lab.images.tomcat}\` instead of \`tomcat\`, which answers 404 on \`/\` since December 2019.`,
    "",
    ...sections.flat(),
  ].join("\n");
}

function rows(entry: Entry): string[] {
  return entry.additions.map(({ add, reason }) => {
    const parts = Object.entries(containerArguments({ name: "", image: "", network: "bridge", ...add }))
      .filter(([key]) => key !== "name" && key !== "image" && key !== "log_driver")
      .map(([key, value]) => `\`${key}: ${JSON.stringify(value)}\``);
    return `| ${parts.join(", ").replaceAll("|", "\\|")} | ${reason} |`;
  });
}
