import { line, lineOf } from "../../ui/tasks.ts";
import { writeLab } from "../render.ts";
import type { Step } from "./making.ts";

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
