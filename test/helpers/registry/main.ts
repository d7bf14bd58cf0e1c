import { TestRegistry } from "./server.ts";
import { smallImage, testForms, testName } from "./small-image.ts";

/** The registry of the tests as a program, for networks of their own: `main.ts <port>`; it prints its URL when it is ready. */
const registry = await TestRegistry.start({}, Number(process.argv[2] ?? 0));
const image = smallImage();
for (const form of testForms) registry.add(testName(form), image, form);
process.stdout.write(`${registry.url}\n`);
