/** Commands for the other side of SSH that put there what comes in by their stdin. */

/** Puts files, one JSON object of contents by path, as a new folder in the place of the old one. */
export function unpackFolder(folder: string): readonly string[] {
  return ["python3", "-c", unpack, folder];
}

/** Takes one file in, whole or not at all, and gives it a time. `size` is in bytes, `time` in seconds since 1970. */
export function receiveFile(path: string, size: number, time: number): readonly string[] {
  return ["sh", "-c", receive, "sh", path, `${size}`, `${time}`];
}

/** Prints size and time of a file as `sizeAndTime` writes them; exit code 1 where there is none. */
export function tellFile(path: string): readonly string[] {
  return ["stat", "--format=%s %Y", path];
}

export function sizeAndTime(size: number, time: number): string {
  return `${size} ${time}`;
}

const unpack = `
import json, os, shutil, sys
folder = sys.argv[1]
new = folder + ".new"
files = json.loads(sys.stdin.buffer.read().decode())
shutil.rmtree(new, ignore_errors=True)
os.mkdir(new, 0o700)
for path, contents in files.items():
    target = os.path.join(new, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(contents.encode())
shutil.rmtree(folder, ignore_errors=True)
os.rename(new, folder)
`;

// A connection that breaks looks like the end of the file.
const receive = `cat >"$1.half" && [ "$(stat --format=%s "$1.half")" = "$2" ] &&
touch --date="@$3" "$1.half" && mv "$1.half" "$1"`;
