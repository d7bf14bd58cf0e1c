import coerce from "semver/functions/coerce.js";
import lt from "semver/functions/lt.js";
import satisfies from "semver/functions/satisfies.js";

export default { coerce, lt, satisfies };
