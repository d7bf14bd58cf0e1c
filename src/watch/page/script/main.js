import { follow } from "./live.js";
import { drawLines } from "./map.js";

addEventListener("resize", drawLines);
addEventListener("toggle", drawLines, true);
follow();
