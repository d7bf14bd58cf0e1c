export { eachSeries, reduce, whilst } from "async/dist/async.mjs";
