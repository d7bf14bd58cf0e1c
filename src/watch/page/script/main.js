import { follow } from "./live.js";
import { drawLines } from "./map.js";
import { replay } from "./replay.js";
import { recording } from "./things.js";

addEventListener("resize", drawLines);
addEventListener("toggle", drawLines, true);
if (recording === null) follow();
else replay(JSON.parse(recording.textContent));
