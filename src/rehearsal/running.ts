/** A stand-in that has been started. */
export interface Running {
  /** Where it answers, `http://host:port`. */
  readonly url: string;
  /** Stops answering, ends what it started, gives up its place in the store. */
  close(): Promise<void>;
}
