import { drainSlaves, keepSlaves, putBackMoved } from "../../drain/drain.ts";
import { MovingNotes } from "../../drain/moving.ts";
import { machinesWith } from "../../lab/model.ts";
import { line, lineOf } from "../../ui/tasks.ts";
import { type Making, machinesFor, type Step } from "./making.ts";

/** Slaves that were to leave, and that the lab has again before they were released. */
export const keepReturning: Step = (making) => {
  const { lab, folder, signal } = making;
  const names = new Set(folder.leaving()?.machines.map(({ name }) => name));
  const slaves = machinesWith(lab, "mesos-slave").filter(({ name }) => names.has(name));
  if (slaves.length === 0) return [];
  const title = `Keep ${slaves.map(({ name }) => name).join(", ")} after all`;
  return [
    line(lineOf(making, "drain", title), async () => {
      await keepSlaves(lab, slaves, signal);
      return undefined;
    }),
  ];
};

/** Whether tasks are moved from one slave to another before the claims are checked, which needs Marathon. */
export function movesTasks({ leaving, folder }: Making): boolean {
  return leaving !== undefined || new MovingNotes(folder).left().length > 0;
}

/** Scales back what a run that was killed while it moved tasks has left scaled up. */
export const putBackLeft: Step = (making) => {
  const { lab, folder, signal } = making;
  const notes = new MovingNotes(folder);
  if (notes.left().length === 0) return [];
  return [
    line(lineOf(making, "drain", "Put back the apps whose tasks were being moved"), (say) =>
      putBackMoved(lab, { notes, signal, say }),
    ),
  ];
};

/** Moves what runs on slaves that the lab no longer has to those that stay. */
export const drainLeaving: Step = (making) => {
  const { leaving, lab, folder, signal } = making;
  const slaves = leaving === undefined ? [] : machinesWith(leaving, "mesos-slave");
  if (leaving === undefined || slaves.length === 0) return [];
  const title = `Move the tasks of ${slaves.map(({ name }) => name).join(", ")}`;
  return [
    line(
      lineOf(making, "drain", title),
      async (say) =>
        (await drainSlaves(lab, leaving, { notes: new MovingNotes(folder), signal, say })) ??
        "nothing to move",
    ),
  ];
};

/** Lets the machines go that the lab no longer has. */
export const releaseLeaving: Step = (making) =>
  making.leaving === undefined ? [] : [machinesFor(making).release(making, making.leaving)];

/** From here on nothing of them is left to be done. */
export const forgetLeaving: Step = ({ leaving, folder }) => {
  if (leaving !== undefined) folder.forgetLeaving();
  return [];
};
