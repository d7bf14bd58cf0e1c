/** One line of progress: a playbook of `site.yml`, or a service in the playbook of all services. */
export interface Part {
  /** How many of its tasks changed something. */
  readonly changed: number;
  readonly over: Promise<void>;
  finish(): void;
  countChange(): void;
  tell(text: string): void;
  /** Hears the newest news at once: a play's first task begins before its line does. */
  listen(say: (text: string) => void): void;
}

export function newPart(): Part {
  let changed = 0;
  let finish = () => {};
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let newest: string | undefined;
  let listener: ((text: string) => void) | undefined;
  return {
    get changed() {
      return changed;
    },
    over,
    finish,
    countChange() {
      changed += 1;
    },
    tell(text) {
      newest = text;
      listener?.(text);
    },
    listen(say) {
      listener = say;
      if (newest !== undefined) say(newest);
    },
  };
}
