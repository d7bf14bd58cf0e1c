import { line, lineOf } from "../../ui/tasks.ts";
import { writeLab, writeRendered } from "../render.ts";
import { labToMake } from "./left.ts";
import { machinesFor, type Step } from "./making.ts";

/** Renders the lab into its folder. */
export const writeFiles: Step = (making) => [
  line(lineOf(making, "write", `Write ${making.folder.path}`), async () => {
    const changed = await writeLab(making.lab, making.folder, making.asked.flags);
    const late = making.running && changed.includes("Vagrantfile");
    const notice = late
      ? ", the Vagrantfile among them: running machines heed it after `vagrant reload`"
      : "";
    return changed.length === 0 ? "nothing to change" : `${changed.length} files${notice}`;
  }),
];

/** What this run has added to the lock, such as the box's version, is rendered too: the next run finds nothing to change. */
export const writeLocked: Step = (making) => {
  const { settled, folder, asked } = making;
  if (settled !== undefined && machinesFor(making).parts !== undefined)
    writeRendered(labToMake(settled, folder, asked.lockFile), folder, asked.flags);
  return [];
};
