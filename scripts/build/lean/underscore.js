export { default as clone } from "underscore/modules/clone.js";
export { default as defaults } from "underscore/modules/defaults.js";
export { default as shuffle } from "underscore/modules/shuffle.js";
