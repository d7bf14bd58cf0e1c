import type { Store } from "../store/store.ts";

/** Who leads: this instance, another one (`host:port`), or nobody yet. */
export interface Leadership {
  readonly elected: boolean;
  readonly leader: string | undefined;
}

/** A candidate in ZooKeeper: the member with the lowest number leads. */
export class Election {
  private readonly store: Store;
  private readonly folder: string;
  private readonly address: string;
  private readonly onChange: (leadership: Leadership) => void;
  private own: string | undefined;
  private stop: (() => void) | undefined;
  private round = 0;

  /** @param address what the others may reach this instance under, `host:port` */
  constructor(store: Store, folder: string, address: string, onChange: (leadership: Leadership) => void) {
    this.store = store;
    this.folder = folder;
    this.address = address;
    this.onChange = onChange;
  }

  async join(): Promise<void> {
    this.own = await this.store.createEphemeral(`${this.folder}/member_`, this.address);
    this.stop = this.store.watchChildren(this.folder, (names) => void this.look(names));
  }

  /** Gives up the place; `join` queues again at the end. */
  async leave(): Promise<void> {
    this.round += 1;
    this.stop?.();
    if (this.own !== undefined) await this.store.remove(this.own);
    this.own = undefined;
  }

  private async look(names: readonly string[]): Promise<void> {
    this.round += 1;
    const mine = this.round;
    const first = names.filter((name) => name.startsWith("member_")).sort()[0];
    const path = first === undefined ? undefined : `${this.folder}/${first}`;
    const elected = path !== undefined && path === this.own;
    // A session that ends meanwhile is told through onSessionLost.
    const leader =
      elected || path === undefined ? this.address : await this.store.get(path).catch(() => undefined);
    if (mine === this.round) this.onChange({ elected, leader: path === undefined ? undefined : leader });
  }
}
