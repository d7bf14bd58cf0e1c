import { describe, expect, it } from "vitest";
import { readDockerVersion } from "../helpers/docker-version.ts";

const accepted: readonly [string, readonly number[]][] = [
  ["Docker version 1.8.2, build 0a8c2e3", [1, 8, 2]],
  ["Docker version 17.05.0-ce, build 89658be", [17, 5, 0]],
  ["Docker version 19.03.15, build 99e3ed8919", [19, 3, 15]],
  ["Docker version 20.10.24, build 297e128", [20, 10, 24]],
  ["Docker version 24.0.9, build 2936816", [24, 0, 9]],
  // Ubuntu's own package: what is odd about it comes after the comma.
  ["Docker version 24.0.7, build 24.0.7-0ubuntu2~22.04.1", [24, 0, 7]],
  ["Docker version 28.2.2, build e6534b4", [28, 2, 2]],
  ["Docker version 29.0.0-rc.1, build abc", [29, 0, 0]],
  ["Docker version 24.0.9", [24, 0, 9]],
  ["Docker version 24.0.9, build 2936816\n", [24, 0, 9]],
  ["Docker version 1.10, build x", [1, 10]],
  // A fourth part is not looked at.
  ["Docker version 1.2.3.x, build y", [1, 2, 3]],
];

const refused: readonly [string, string][] = [
  // Debian's docker.io: the plus sign is no number.
  ["Docker version 20.10.24+dfsg1, build 297e128", 'invalid version component "24+dfsg1"'],
  ["Docker version 26.1.5+dfsg1, build a72d7cd", 'invalid version component "5+dfsg1"'],
  ["Docker version dev, build x", 'invalid version component "dev"'],
  ["Docker version v24.0.9, build x", 'invalid version component "v24"'],
  ["Docker version 24..9, build x", 'invalid version component ""'],
  ["Docker version 0.9.1, build x", "insufficient version: 1.0.0 is the least"],
  ["", 'invalid version component ""'],
];

describe("the agent of 2015", () => {
  it.each(accepted)("reads %j", (output, version) => {
    expect(readDockerVersion(output)).toEqual({ ok: true, version });
  });

  it.each(refused)("cannot read %j", (output, why) => {
    expect(readDockerVersion(output)).toEqual({ ok: false, why });
  });
});
