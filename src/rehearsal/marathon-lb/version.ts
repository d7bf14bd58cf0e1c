/** What the stand-in says it is: the version whose behaviour it follows, and that it is not it. */
export const marathonLbVersion = "1.4.3-mesos-lab-rehearsal";
