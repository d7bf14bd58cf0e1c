import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { steadyRequests } from "./steady-requests.ts";

/** `<url> <file>`: asks for a page fifty times a second until the file is there; prints what became of it as JSON. */

const [url = "", until = ""] = process.argv.slice(2);
const load = steadyRequests(url);
await load.some(1);
process.stdout.write("asking\n");
// As many as it asks at the most.
for (let waited = 0; waited < 1_200 && !existsSync(until); waited += 1) await sleep(1_000);
process.stdout.write(`${JSON.stringify(await load.end())}\n`);
