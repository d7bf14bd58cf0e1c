import type { Lab } from "./model.ts";

/** The tutorial's app, with the image that this lab's stack has for it. */
export function tomcatApp(lab: Lab) {
  return {
    cpus: 0.5,
    mem: 200,
    disk: 0,
    instances: 1,
    id: "tomcat",
    container: {
      docker: {
        image: lab.images.tomcat,
        network: "BRIDGE",
        portMappings: [{ containerPort: 8080, hostPort: 0, servicePort: 0, protocol: "tcp" }],
      },
    },
  };
}

/** The tutorial's rule: every request goes to the app. */
export const demoAcl = "path_beg -i /";

/** Whether an answer is the welcome page of a Tomcat, the image's or the Debian package's. */
export function isWelcomePage(body: string, status: number): boolean {
  return status === 200 && /tomcat/i.test(body);
}
