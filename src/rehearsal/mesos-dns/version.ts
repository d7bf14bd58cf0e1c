/** What the stand-in says it is: the version whose behaviour it follows, and that it is not it. */
export const mesosDnsVersion = "0.5.2-mesos-lab-rehearsal";
