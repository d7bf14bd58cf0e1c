import type { BambooApp } from "./model.ts";

/** However long who holds an app's routes needs, and whatever has become of it. */
const longestMs = 600_000;

/**
 * Apps whose routes stay as they are while more of their tasks start. A task runs before it listens, and Bamboo routes
 * to it at once: a lab that moves tasks without a failed request says when it is time to. Bamboo itself has no such word.
 */
export class HeldApps {
  private readonly held = new Map<string, { readonly places: ReadonlySet<string>; end: NodeJS.Timeout }>();

  /** @param onEnd called when nobody has released it in time. */
  hold(id: string, apps: readonly BambooApp[], onEnd: () => void): void {
    this.release(id);
    const places = new Set(apps.find((app) => app.Id === id)?.Tasks.map(placeOf));
    const end = setTimeout(() => {
      this.release(id);
      onEnd();
    }, longestMs).unref();
    this.held.set(id, { places, end });
  }

  release(id: string): void {
    clearTimeout(this.held.get(id)?.end);
    this.held.delete(id);
  }

  /** The apps without tasks that are not to be routed to yet; where no other is left they are. */
  routed(apps: readonly BambooApp[]): readonly BambooApp[] {
    return apps.map((app) => {
      const places = this.held.get(app.Id)?.places;
      const known = app.Tasks.filter((task) => places?.has(placeOf(task)));
      return known.length === 0 ? app : { ...app, Tasks: known };
    });
  }
}

function placeOf({ Host, Port }: BambooApp["Tasks"][number]): string {
  return `${Host}:${Port}`;
}
