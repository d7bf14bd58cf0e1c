import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { endUsers, type UserRange } from "../processes/users.ts";

/** Whose processes a task consists of. */
export interface TaskUser {
  readonly uid: number;
  readonly gid: number;
}

export interface TaskUsersOptions {
  /** For tasks that name no user; absent: the agent's own, as in Mesos where Marathon runs as root. */
  readonly range?: UserRange;
  /** Whether a task may name a user: the flag `--switch_user`. */
  readonly mayName: boolean;
}

/**
 * Chooses the users of an agent's tasks. Only root's agent can: the tasks of any other run as its own user, whatever
 * they name.
 */
export class TaskUsers {
  private readonly options: TaskUsersOptions;
  /** How many tasks run as each user of the range. */
  private readonly held = new Map<number, number>();
  private next = 0;

  constructor(options: TaskUsersOptions = { mayName: true }) {
    this.options = options;
  }

  /**
   * @param name the user that the task names
   * @returns undefined for the agent's own user
   * @throws Error for a user that there is not, or that no task may be
   */
  async take(name: string | undefined): Promise<TaskUser | undefined> {
    if (process.getuid?.() !== 0) return undefined;
    const { range, mayName } = this.options;
    if (name !== undefined && mayName) return accountOf(name);
    if (name !== undefined && range !== undefined)
      throw new Error(`Failed to change user to '${name}': all users of this computer can start tasks here`);
    return range && this.takeFrom(range);
  }

  /** Ends what the task has left behind, if its user is its own. */
  async release(user: TaskUser | undefined): Promise<void> {
    const holders = user && this.held.get(user.uid);
    if (user === undefined || holders === undefined) return;
    if (holders > 1) this.held.set(user.uid, holders - 1);
    else {
      // Held until they are gone: no other task is to be ended with them.
      await endUsers({ first: user.uid, count: 1 });
      this.held.delete(user.uid);
    }
  }

  /** Ends what the tasks of an earlier agent have left. */
  async endAll(): Promise<void> {
    if (this.options.range !== undefined) await endUsers(this.options.range);
  }

  /** One that no task has; where all are taken, tasks share. */
  private takeFrom({ first, count }: UserRange): TaskUser {
    const inTurn = Array.from({ length: count }, (_, index) => first + ((this.next + index) % count));
    const uid = inTurn.find((one) => !this.held.has(one)) ?? inTurn[0] ?? first;
    this.next = (uid - first + 1) % count;
    this.held.set(uid, (this.held.get(uid) ?? 0) + 1);
    return { uid, gid: uid };
  }
}

async function accountOf(name: string): Promise<TaskUser> {
  const numberOf = async (flag: string) => {
    const { stdout } = await promisify(execFile)("id", [flag, "--", name]).catch(() => {
      throw new Error(`Failed to get user information for '${name}'`);
    });
    return Number(stdout);
  };
  return { uid: await numberOf("-u"), gid: await numberOf("-g") };
}
