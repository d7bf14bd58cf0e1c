/** What takes too long for every change is run every night. */
export const everyNight = process.env.MESOS_LAB_NIGHTLY === "1";

/** What the title of such a test ends with where it is skipped; else empty. */
export const atNight = everyNight ? "" : " (skipped: for the night, MESOS_LAB_NIGHTLY=1)";
