import * as z from "zod";
import { removePaths, writeFiles } from "../tools/files.ts";
import { type LabFolder, movingName } from "../tools/lab-folder.ts";
import { noted } from "../tools/noted.ts";

/** An app that has more tasks than it wants while some of them move. */
export interface Moving {
  readonly id: string;
  /** As many as it wants. */
  readonly instances: number;
  /** As many as it was told to have. */
  readonly scaledTo: number;
}

const count = z.int().min(0).max(1_000_000);
const schema = z.array(
  z.strictObject({ id: z.string().min(1).max(2_000), instances: count, scaledTo: count }),
);

/** What is being moved, kept in the lab's folder: whoever comes after a run that was killed puts it back. */
export class MovingNotes {
  private readonly folder: LabFolder;

  constructor(folder: LabFolder) {
    this.folder = folder;
  }

  /** What is damaged counts as absent. */
  left(): readonly Moving[] {
    return noted(this.folder.file(movingName), schema) ?? [];
  }

  begin(app: Moving): void {
    this.write([...this.left().filter(({ id }) => id !== app.id), app]);
  }

  end(id: string): void {
    this.write(this.left().filter((app) => app.id !== id));
  }

  private write(apps: readonly Moving[]): void {
    if (apps.length === 0) removePaths(this.folder.path, [movingName]);
    else writeFiles(this.folder.path, [{ path: movingName, contents: `${JSON.stringify(apps)}\n` }]);
  }
}
