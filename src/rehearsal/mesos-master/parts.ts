import type { Agents } from "./agents.ts";
import type { Frameworks } from "./frameworks.ts";
import type { MasterView } from "./state-json.ts";

/** What the answers of a master are made from, and what they lead to. */
export interface MasterParts extends MasterView {
  readonly agents: Agents;
  readonly frameworks: Frameworks;
  /** Whether every agent had the time to tell this master what it runs. */
  readonly knowsAll: () => boolean;
  readonly onChange: () => void;
}
