import { LabError } from "../../errors.ts";
import { candidatePrefix, type Detection, detectMaster } from "../mesos/detector.ts";
import type { MasterInfo } from "../mesos/master-info.ts";
import type { Store } from "../store/store.ts";

export interface ElectionOptions {
  readonly info: MasterInfo;
  /** Opens a session; absent for a master that stands alone and leads at once. */
  readonly openStore?: (signal: AbortSignal) => Promise<Store>;
  readonly path: string;
  /** So many candidates have to be there before a new leader can read its registry, as in Mesos. */
  readonly quorum: number;
  readonly registryFetchTimeoutMs: number;
  readonly log: (line: string) => void;
  /** The master has to end; whoever started it starts it again. */
  readonly onFatal: (error: LabError) => void;
  readonly onChange: () => void;
}

/** The place of one master among the candidates. */
export class Election {
  leader: MasterInfo | undefined;
  /** The wall clock's time, for those who ask. */
  electedAt: number | undefined;
  private leadingSince = 0;
  /** Whether this master leads and has its registry. */
  serving = false;
  private readonly options: ElectionOptions;
  private readonly stopping = new AbortController();
  private store: Store | undefined;
  private unwatch: () => void = () => {};
  private fetching: NodeJS.Timeout | undefined;

  constructor(options: ElectionOptions) {
    this.options = options;
  }

  get elected(): boolean {
    return this.electedAt !== undefined;
  }

  /** Milliseconds since this master was elected; 0 before. */
  get leadingMs(): number {
    return this.elected ? performance.now() - this.leadingSince : 0;
  }

  start(): void {
    if (this.options.openStore === undefined) {
      this.leader = this.options.info;
      this.lead();
      this.serving = true;
      this.options.onChange();
    } else void this.contend(this.options.openStore);
  }

  async close(): Promise<void> {
    this.stopping.abort();
    this.unwatch();
    clearTimeout(this.fetching);
    await this.store?.close();
  }

  private lead(): void {
    this.electedAt = Date.now();
    this.leadingSince = performance.now();
  }

  private async contend(openStore: (signal: AbortSignal) => Promise<Store>): Promise<void> {
    const { path, info, log } = this.options;
    let lost = false;
    try {
      const store = await openStore(this.stopping.signal);
      this.store = store;
      if (this.stopping.signal.aborted) {
        await store.close();
        return;
      }
      store.onSessionLost(() => {
        lost = true;
        this.sessionLost(openStore);
      });
      const folder = path === "/" ? "" : path;
      // The folder of the replicated log is made first: the number of a first candidate is 1.
      await store.set(`${folder}/log_replicas`, "");
      const own = await store.createEphemeral(`${folder}/${candidatePrefix}`, JSON.stringify(info));
      if (lost || this.stopping.signal.aborted) return;
      log(`Contending for leadership as ${own}`);
      this.unwatch = detectMaster(store, path, (detection) => this.detected(detection, own));
    } catch (error) {
      if (this.stopping.signal.aborted || lost) return;
      this.fatal(`Failed to contend: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private sessionLost(openStore: (signal: AbortSignal) => Promise<Store>): void {
    this.unwatch();
    if (this.stopping.signal.aborted) return;
    if (this.elected) {
      this.fatal("Lost leadership... committing suicide!");
      return;
    }
    this.options.log("Lost candidacy, contending again");
    this.leader = undefined;
    void this.contend(openStore);
  }

  private detected({ leader, path, candidates }: Detection, own: string): void {
    if (this.stopping.signal.aborted) return;
    if (leader?.pid !== this.leader?.pid) {
      this.options.log(
        leader === undefined ? "No master leads" : `A new leading master (${leader.pid}) is detected`,
      );
    }
    this.leader = leader;
    if (path !== own) {
      if (this.elected) this.fatal("Lost leadership... committing suicide!");
      return;
    }
    if (!this.elected) {
      this.lead();
      this.options.log("Elected as the leading master!");
      this.fetching = setTimeout(
        () => this.fatal("Recovery failed: Failed to recover registrar: Failed to perform fetch in time"),
        this.options.registryFetchTimeoutMs,
      );
    }
    if (this.serving || candidates < this.options.quorum) return;
    clearTimeout(this.fetching);
    this.serving = true;
    this.options.onChange();
  }

  /** Once: what follows from the first reason is no news. */
  private fatal(message: string): void {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    this.unwatch();
    this.serving = false;
    this.options.onFatal(new LabError("zookeeper-lost", message));
  }
}
