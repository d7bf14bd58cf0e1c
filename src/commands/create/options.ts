import type { AnsiblePlace } from "../../lab/model.ts";
import type { LabOptions } from "../context.ts";

/** The flags of `create`. */
export interface CreateOptions extends LabOptions {
  readonly dryRun?: boolean;
  /** Write the lock anew instead of holding the lab to it. */
  readonly updateLock?: boolean;
  /** A file that `bundle save` made: says what the lab is and has all that it needs. */
  readonly bundle?: string;
  readonly ansible?: AnsiblePlace;
  /** Run the playbooks even where all is as the last `create` left it. */
  readonly reapply?: boolean;
  /** Tell at the end what the time was spent on. */
  readonly profile?: boolean;
}
