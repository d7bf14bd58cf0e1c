/** A program: says what is left in a folder, and of what was started with it; ends with 1 if there is anything. */
import { filesIn, runningIn } from "./leftovers.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("which folder?");
const left = [...runningIn(folder), ...filesIn(folder)];
for (const { what } of left) console.log(what);
console.log(`${left.length === 0 ? "nothing" : left.length} left of all that ran`);
process.exitCode = left.length === 0 ? 0 : 1;
