import type { Leadership } from "../election.ts";
import type { MarathonOptions } from "../options.ts";
import type { Runtime } from "../runtime.ts";

/** What the HTTP API needs of the instance that it speaks for. */
export interface ApiParts {
  readonly options: MarathonOptions;
  /** This instance, `host:port`. */
  readonly address: string;
  readonly port: number;
  readonly webuiUrl: string;
  leadership(): Leadership;
  /** Present while this instance leads. */
  runtime(): Runtime | undefined;
  /** Mesos' leading master, `host:port`. */
  master(): string | undefined;
  abdicate(): Promise<void>;
}
