/** What the Mesos stand-ins say they are: the version whose API they speak, and that they are not it. */
export const mesosVersion = "0.24.1-mesos-lab-rehearsal";
