import { TestRegistry } from "./server.ts";
import { smallImage, type TestForm, testForms, testName } from "./small-image.ts";

/**
 * The registry of the tests as a program, for networks of their own. It prints its URL when it is ready.
 * `main.ts <port> [<name>=<form>...]`: by default it has one image in every form.
 */
const [port = "0", ...named] = process.argv.slice(2);
const registry = await TestRegistry.start({}, Number(port));
const image = smallImage();
for (const form of named.length === 0 ? testForms : []) registry.add(testName(form), image, form);
for (const [index, each] of named.entries()) {
  const [name = "", form] = each.split("=");
  registry.add(name, smallImage({ filling: 0.1, seed: index + 1 }), form as TestForm);
}
process.stdout.write(`${registry.url}\n`);
