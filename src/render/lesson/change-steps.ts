import type { Place } from "./place.ts";
import type { StepText } from "./words.ts";

/** The steps that change the lab. */

export function deployStep({ marathon, app }: Place): StepText {
  return {
    id: "deploy",
    title: { en: "Deploy Tomcat", zh: "部署 Tomcat" },
    text: {
      en: "Tell Marathon's REST API to run one Tomcat in a container, with port 8080 published at whatever port is free.",
      zh: "通过 Marathon 的 REST API 运行一个 Tomcat 容器，它的 8080 端口映射到任意一个空闲端口。",
    },
    commands: [
      `curl -X POST ${marathon}/v2/apps \\\n    -H "Content-type: application/json" \\\n    -d '${app}'`,
      `curl -s -H "Accept: text/plain" ${marathon}/v2/tasks`,
    ],
    see: {
      en: "Reload Marathon's and Bamboo's pages: each has a service `tomcat` now. The second command says where it runs.",
      zh: "刷新 Marathon 和 Bamboo 的页面，各自都会多出一个 `tomcat` 服务。第二条命令显示它跑在哪里。",
    },
  };
}

export function ruleStep({ bamboo, haproxy, acl }: Place): StepText | undefined {
  if (bamboo === undefined) return undefined;
  return {
    id: "rule",
    title: { en: "Let the world in", zh: "对外提供服务" },
    text: {
      en: `On Bamboo's page, press the plus sign at \`/tomcat\`, enter the ACL \`${acl}\` and press **Create**. The ACL says which
requests are for this app: those whose path begins with \`/\`. The command does the same.`,
      zh: `在 Bamboo 页面上点击 \`/tomcat\` 右边的加号，在 **acl** 中输入 \`${acl}\`，点击 **Create**。ACL 表示哪些请求属于这个应用：
路径以 \`/\` 开头的请求。下面的命令效果相同。`,
    },
    commands: [
      `curl -X POST ${bamboo}/api/services -d '${JSON.stringify({ id: "/tomcat", acl })}'`,
      `curl -s ${haproxy}/`,
    ],
    see: {
      en: `Tomcat answers at ${haproxy}/, through HAProxy.`,
      zh: `打开 ${haproxy}/，就能通过 HAProxy 看到 Tomcat 首页。`,
    },
  };
}

export function ruleApiStep({ bamboo, haproxy, narrowAcl }: Place): StepText | undefined {
  if (bamboo === undefined) return undefined;
  return {
    id: "rule-api",
    title: { en: "Change the rule through the API", zh: "用 API 修改规则" },
    text: {
      en: `A rule can look at more than the path. Let only those requests in that name HAProxy by its address: \`${narrowAcl}\`.`,
      zh: `规则不只能看路径。只让用地址访问 HAProxy 的请求进来：\`${narrowAcl}\`。`,
    },
    commands: [
      `curl -X PUT ${bamboo}/api/services//tomcat -d '${JSON.stringify({ id: "/tomcat", acl: narrowAcl })}'`,
      `curl -s ${haproxy}/`,
      `curl -si -H "Host: other.example" ${haproxy}/`,
    ],
    see: {
      en: "The page for those who use the address; **503 Service Unavailable** for those who come under another name.",
      zh: "用地址访问的人看到页面；用其他名字访问的人看到 **503 Service Unavailable**。",
    },
  };
}

export function killStep({ marathon, haproxy }: Place): StepText {
  const still = {
    en: haproxy && `, and ${haproxy}/ still answers`,
    zh: haproxy && `，${haproxy}/ 仍然能够访问`,
  };
  return {
    id: "kill",
    title: { en: "Kill the task", zh: "杀掉任务" },
    text: {
      en: `On Marathon's page, open \`tomcat\`, mark the running task and press **Kill**. The command does the same.${
        haproxy === undefined
          ? ""
          : " Reload the page meanwhile: quick fingers see **503 Service Unavailable** once or twice."
      }`,
      zh: `在 Marathon 页面打开 \`tomcat\`，选中正在运行的任务，点击 **Kill**。下面的命令效果相同。${
        haproxy === undefined ? "" : "同时刷新应用的页面：手快的话会看到一两次 **503 Service Unavailable**。"
      }`,
    },
    commands: [
      `curl -s -X DELETE ${marathon}/v2/apps/tomcat/tasks`,
      `curl -s -H "Accept: text/plain" ${marathon}/v2/tasks`,
    ],
    see: {
      en: `Soon the app runs on another port${still.en ?? ""}.`,
      zh: `应用很快换一个端口运行${still.zh ?? ""}。`,
    },
  };
}

export function suspendStep({ marathon, haproxy }: Place): StepText {
  return {
    id: "suspend",
    title: { en: "See 503 for longer", zh: "多看一会儿 503" },
    text: {
      en: "Suspend the app: Marathon shall run no task of it. The app and its rule stay.",
      zh: "暂停应用：让 Marathon 运行 0 个任务。应用和规则都还在。",
    },
    commands: [scale(marathon, 0), ...(haproxy === undefined ? [] : [`curl -si ${haproxy}/`])],
    see: {
      en:
        haproxy === undefined
          ? "No task is left."
          : "HAProxy has no server for the app any more: **503 Service Unavailable**.",
      zh:
        haproxy === undefined
          ? "一个任务也没有了。"
          : "HAProxy 没有可用的后端：**503 Service Unavailable**。",
    },
  };
}

export function resumeStep({ marathon, haproxy }: Place): StepText {
  return {
    id: "resume",
    title: { en: "Bring it back", zh: "恢复应用" },
    text: {
      en: "Let Marathon run one task again.",
      zh: "让 Marathon 重新运行一个任务。",
    },
    commands: [scale(marathon, 1), ...(haproxy === undefined ? [] : [`curl -s ${haproxy}/`])],
    see: {
      en: "A new task, on a new port, and nobody had to tell the visitors.",
      zh: "一个新任务，一个新端口，而访问者不需要知道。",
    },
  };
}

export function containerStep({ machines, slave, lab }: Place): StepText {
  return {
    id: "container",
    title: { en: "Remove the container by hand", zh: "手工删除容器" },
    text: machines
      ? {
          en: `Remove the task's container on the slave, behind the back of Mesos and Marathon. Its name begins with \`mesos-\`:
take it from the first command.`,
          zh: `绕过 Mesos 和 Marathon，直接在 slave 上删除任务的容器。它的名字以 \`mesos-\` 开头，从第一条命令的输出里找。`,
        }
      : {
          en: `End the task's process behind the back of Mesos and Marathon. In this lab a task is no container but a process of
yours: what it prints is below \`generated/${lab.name}/embedded/<machine>/mesos\`. The drill finds it, ends it, and
measures how long nobody was served.`,
          zh: `绕过 Mesos 和 Marathon，直接结束任务的进程。在本实验环境里任务不是容器，而是您自己的一个进程，
它的输出在 \`generated/${lab.name}/embedded/<machine>/mesos\` 下面。这条命令找到它、结束它，并测量服务中断了多久。`,
        },
    commands: machines
      ? [
          `npx mesos-lab ssh ${slave} -- sudo docker ps`,
          `npx mesos-lab ssh ${slave} -- sudo docker ps -q --filter name=mesos- | tr -d '\\r' | xargs npx mesos-lab ssh ${slave} -- sudo docker rm -f`,
        ]
      : ["npx mesos-lab drill remove-container"],
    see: {
      en: "Mesos reports that the task has failed, Marathon starts another one, and the service goes on.",
      zh: "Mesos 报告任务失败，Marathon 启动另一个任务，服务照常。",
    },
  };
}

export function drillStep(): StepText {
  return {
    id: "drill",
    title: { en: "Measure an outage", zh: "测量服务中断" },
    text: {
      en: `A drill breaks one thing while many requests a second are made, and tells how long nobody was served, and what took the
time. Its report is a page with a timeline. When you have time, try \`freeze-slave\` too: it stops the slave without ending it. For
more than a minute nothing happens: then the master gives it up, and its tasks are lost. When it goes on, it has to begin
anew, with another id.`,
      zh: `演练（drill）在每秒发出很多请求的同时弄坏一样东西，然后告诉您服务中断了多久、时间花在哪里。报告是一个带时间线的网页。
有时间的话也试试 \`freeze-slave\`：它让 slave 停住，但不结束它。一分多钟内什么也不会发生，然后 master 放弃它，
它的任务都丢失了（TASK_LOST）。它恢复运行之后必须重新开始，换一个新的 id。`,
    },
    commands: ["npx mesos-lab drill kill-task"],
    see: {
      en: "The timeline of the outage, and where its report lies.",
      zh: "中断的时间线，以及报告文件的位置。",
    },
  };
}

export function compareStep(): StepText {
  return {
    id: "compare",
    title: { en: "Compare the ways in", zh: "比较各种服务发现方法" },
    text: {
      en: "The same break, looked at through every way in of this lab at once.",
      zh: "同样的故障，同时通过本实验环境的每一种服务发现方法来观察。",
    },
    commands: ["npx mesos-lab drill kill-task --compare"],
    see: {
      en: "A timeline for each way in, and for each what took longest.",
      zh: "每种方法一条时间线，以及各自最花时间的地方。",
    },
  };
}

function scale(marathon: string, instances: number): string {
  return `curl -s -X PUT ${marathon}/v2/apps/tomcat -H "Content-type: application/json" -d '{"instances":${instances}}'`;
}
