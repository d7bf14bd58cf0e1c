import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FakePrograms, fakePrograms } from "../../helpers/fake-programs.ts";
import { missing } from "../../helpers/missing.ts";
import { playHere } from "../../helpers/play-here.ts";

const noAnsible = missing("ansible-playbook");

const sha = (digit: string) => `sha256:${digit.repeat(64)}`;
const variables = {
  machine_images: [
    { name: "here:1" },
    { name: "right:1", checksum: sha("2"), pull: `right@${sha("2")}` },
    { name: "wrong:1", checksum: sha("4"), pull: `wrong@${sha("4")}` },
    { name: "gone:1" },
    { name: "host:5000/locked:1", checksum: sha("5"), pull: `host:5000/locked@${sha("5")}` },
  ],
};

let folder: string;
let programs: FakePrograms;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mesos-lab-pull-"));
  // Images are lines `name digest…`; a pull by tag brings digest 9 of the repository.
  programs = fakePrograms({
    docker: `
      images=${folder}/images
      for last; do :; done
      case $1 in
        image) line=$(grep "^$last " "$images") && echo "\${line#* }" ;;
        pull)
          echo "$@" >>${folder}/calls
          case $last in
            *@*) echo "$last $last" >>"$images" ;;
            *) echo "$last \${last%:*}@${sha("9")}" >>"$images" ;;
          esac ;;
        tag)
          echo "$@" >>${folder}/calls
          grep -v "^$3 " "$images" >"$images.new"
          echo "$3 $2" >>"$images.new"
          mv "$images.new" "$images" ;;
      esac`,
  });
  writeFileSync(
    join(folder, "images"),
    [`here:1 here@${sha("1")}`, `right:1 right@${sha("2")}`, `wrong:1 wrong@${sha("3")}`, ""].join("\n"),
  );
});

afterAll(() => {
  programs.remove();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(noAnsible !== "")(
  `images are pulled by their locked digests, keep their names, and are left alone when they are right${noAnsible}`,
  async () => {
    const play = () => playHere("pull", { folder, programs, variables });
    const first = await play();
    expect(readFileSync(join(folder, "calls"), "utf8").trim().split("\n")).toEqual([
      `pull --quiet wrong@${sha("4")}`,
      `tag wrong@${sha("4")} wrong:1`,
      "pull --quiet gone:1",
      `pull --quiet host:5000/locked@${sha("5")}`,
      `tag host:5000/locked@${sha("5")} host:5000/locked:1`,
    ]);
    expect(first.stdout).toMatch(/changed=5 .*failed=0/);
    rmSync(join(folder, "calls"));
    const second = await play();
    expect(second.stdout).toMatch(/changed=0 .*failed=0/);
    expect(existsSync(join(folder, "calls"))).toBe(false);
  },
);
