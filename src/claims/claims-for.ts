import type { Lab } from "../lab/model.ts";
import { bambooClaims } from "./bamboo.ts";
import type { Claim } from "./claim.ts";
import { marathonClaims } from "./marathon.ts";
import { mesosClaims } from "./mesos.ts";
import { stackClaims } from "./stack.ts";
import { zookeeperClaims } from "./zookeeper.ts";

/** Everything that has to be true of a lab that works, in the order in which its services start. */
export function claimsFor(lab: Lab): Claim[] {
  return [zookeeperClaims, mesosClaims, marathonClaims, bambooClaims, stackClaims].flatMap((claims) =>
    claims(lab),
  );
}
