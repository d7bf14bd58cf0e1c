import { imagesOf } from "../../../src/lab/catalogue/index.ts";
import { type Desk, openDesk } from "../run-cli.ts";
import type { TestRegistry } from "./server.ts";
import type { TestForm, TestImage } from "./small-image.ts";

export const images = imagesOf("classic", false);
/** Those of the tutorial's lab, as a registry of the year 2016 has them. */
export const references = [
  "zookeeper",
  "mesos-master",
  "marathon",
  "bamboo",
  "mesos-slave",
  "tomcat",
] as const;
export const forms: readonly TestForm[] = [
  "schema 1, old",
  "schema 1",
  "schema 1",
  "schema 1, old",
  "schema 2",
  "list",
];

/** Gives a registry an image for each of them. */
export function addLab(registry: TestRegistry, image: (index: number) => TestImage): void {
  for (const [index, service] of references.entries()) {
    const reference = images[service];
    const name = reference.includes("/") ? reference : `library/${reference}`;
    registry.add(name, image(index), forms[index] as TestForm);
  }
}

/** Beside the test's registry, which is no lab's. */
export const openPlainDesk = (): Desk =>
  openDesk({ programs: [], network: { enter: [], close: async () => undefined } });
