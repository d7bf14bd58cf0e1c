import { demoLabels } from "./catalogue/marathon-lb.ts";
import { discoveryOf } from "./discovery.ts";
import { type Lab, machinesWith } from "./model.ts";

/** The tutorial's app, with the image that this lab's stack has for it, and the labels without which marathon-lb passes it by. */
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
    ...(discoveryOf(lab).includes("marathon-lb") && { labels: demoLabels }),
  };
}

/** The tutorial's rule: every request goes to the app. */
export const demoAcl = "path_beg -i /";

/** Whether an answer is the welcome page of a Tomcat, the image's or the Debian package's. */
export function isWelcomePage(body: string, status: number): boolean {
  return status === 200 && /tomcat/i.test(body);
}

/** A narrower rule: only requests that name the proxy by its address go to the app. */
export function narrowAcl(lab: Lab): string {
  return `hdr_beg(host) -i ${machinesWith(lab, "bamboo")[0]?.ip ?? "127.0.0.1"}`;
}
