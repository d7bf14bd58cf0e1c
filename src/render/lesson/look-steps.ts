import { methods } from "../../lab/catalogue/methods.ts";
import { discoveryNotes, discoveryOf } from "../../lab/discovery.ts";
import type { Place } from "./place.ts";
import type { StepText } from "./words.ts";

/** The steps that only look: each asks for something that the lab shows. */

export function zookeeperStep({ zookeeper, zookeeperAt }: Place): StepText | undefined {
  if (zookeeper === undefined) return undefined;
  return {
    id: "zookeeper",
    title: { en: "Look at ZooKeeper", zh: "看看 ZooKeeper" },
    text: {
      en: `ZooKeeper keeps what all others have to agree on: which Mesos master leads, which apps Marathon runs, which rules
Bamboo has. Its own shell shows it as a tree. Without \`ls /\` the shell stays open: \`help\` lists its commands, \`quit\` ends it.`,
      zh: `ZooKeeper 保存大家必须一致的信息：哪个 Mesos master 是 leader、Marathon 运行哪些应用、Bamboo 有哪些规则。
用它自带的客户端可以看到一棵树。不带 \`ls /\` 时客户端保持打开：\`help\` 列出命令，\`quit\` 退出。`,
    },
    commands: [zookeeper, `echo srvr | nc ${zookeeperAt}`],
    see: {
      en: "A list with `mesos`, `marathon` and, where the lab has Bamboo, `bamboo`. Then some lines about the server itself.",
      zh: "一个列表，里面有 `mesos`、`marathon`，有 Bamboo 时还有 `bamboo`；然后是关于服务器本身的几行。",
    },
    question: {
      en: "Which version of ZooKeeper is it (three numbers)?",
      zh: "ZooKeeper 的版本号是多少（三个数字）？",
    },
  };
}

export function mesosStep({ mesos, mesosState }: Place): StepText {
  return {
    id: "mesos",
    title: { en: "Open Mesos' page", zh: "打开 Mesos 页面" },
    text: {
      en: `Open ${mesos}/ in a browser. The master lends the slaves' processors and memory to frameworks. The page shows which
frameworks there are, which slaves, and what runs.`,
      zh: `在浏览器打开 ${mesos}/。master 把各台 slave 的 CPU 和内存借给 framework 使用。
页面上能看到有哪些 framework、哪些 slave、正在运行什么。`,
    },
    commands: [`curl -s ${mesosState}`],
    see: {
      en: "One framework: `marathon`. In the JSON, `leader` is `master@` with an address.",
      zh: "一个 framework：`marathon`。在 JSON 里，`leader` 是 `master@` 加一个地址。",
    },
    question: {
      en: "At which address and port is the leading master (`1.2.3.4:5`)?",
      zh: "leader 的地址和端口是什么（形如 `1.2.3.4:5`）？",
    },
  };
}

export function slaveStep({ mesosState }: Place): StepText {
  return {
    id: "slave",
    title: { en: "See that the slave has joined", zh: "确认 slave 已经加入集群" },
    text: {
      en: `On Mesos' page, look at **Slaves**. A slave that starts finds the leading master in ZooKeeper, registers there, and
gets an id.`,
      zh: `在 Mesos 页面上点击 **Slaves**。slave 启动后在 ZooKeeper 里找到 leader，向它注册，并得到一个编号。`,
    },
    commands: [`curl -s ${mesosState} | tr ',' '\\n' | grep '"id"'`],
    see: {
      en: "The slave's id ends with `-S` and a number. The other ids are those of the master and of frameworks.",
      zh: "slave 的编号以 `-S` 加数字结尾。其他编号属于 master 和 framework。",
    },
    question: {
      en: "What is the id of a slave (the whole id)?",
      zh: "某台 slave 的编号是什么（完整的编号）？",
    },
  };
}

export function marathonStep({ marathon }: Place): StepText {
  return {
    id: "marathon",
    title: { en: "Open Marathon's page", zh: "打开 Marathon 页面" },
    text: {
      en: `Open ${marathon}/. Marathon is the framework for services that shall run for ever: when a task dies, it starts another
one, somewhere, on some port. It has no app yet. Mesos knows it by its framework id.`,
      zh: `打开 ${marathon}/。Marathon 是专门运行长期服务的 framework：任务一旦挂掉，它就在某台机器的某个端口上重新启动一个。
现在还没有应用。Mesos 用 framework id 来识别它。`,
    },
    commands: [`curl -s ${marathon}/v2/info`],
    see: {
      en: "Facts about Marathon, its `frameworkId` among them.",
      zh: "关于 Marathon 的信息，其中有 `frameworkId`。",
    },
    question: { en: "What is Marathon's framework id?", zh: "Marathon 的 framework id 是什么？" },
  };
}

export function bambooStep({ bamboo, haproxy }: Place): StepText | undefined {
  if (bamboo === undefined || haproxy === undefined) return undefined;
  return {
    id: "bamboo",
    title: { en: "Open Bamboo's page", zh: "打开 Bamboo 页面" },
    text: {
      en: `Open ${bamboo}/. Bamboo watches Marathon and rewrites the configuration of its HAProxy, so that visitors need not know
where an app runs. It has no rule yet. Ask HAProxy for a page all the same.`,
      zh: `打开 ${bamboo}/。Bamboo 监听 Marathon 的事件并改写 HAProxy 的配置，所以访问者不必知道应用跑在哪里。
现在还没有规则。尽管如此，向 HAProxy 请求一个页面试试。`,
    },
    commands: [`curl -si ${haproxy}/`],
    see: {
      en: "An answer of HAProxy itself: there is nobody to pass the request on to.",
      zh: "HAProxy 自己的回答：没有可以转发的后端。",
    },
    question: {
      en: "Which HTTP status does HAProxy answer with (a number)?",
      zh: "HAProxy 回答的 HTTP 状态码是多少（一个数字）？",
    },
  };
}

export function discoveryStep({ marathon, lab }: Place): StepText {
  // Bamboo has its own steps.
  const others = discoveryOf(lab).filter((name) => name !== "bamboo");
  const notes = discoveryNotes(lab).map((note) => `\n\n${note}`);
  return {
    id: "discovery",
    title: { en: "Other ways in", zh: "其他服务发现方法" },
    text: {
      en: `Besides Bamboo there are Mesos-DNS (names for all of Mesos' tasks), marathon-lb (an HAProxy with a port for each app) and
haproxy-marathon-bridge (a script on every slave, now given up). All of them rest on the same facts: where Mesos and
Marathon say the tasks are. Each is quick or slow for a reason of its own.${notes.join("")}`,
      zh: `除了 Bamboo，还有 Mesos-DNS（给 Mesos 的所有任务起名字）、Marathon-lb（每个应用一个端口的 HAProxy）和
haproxy-marathon-bridge（每台 slave 上的脚本，已经不推荐）。它们依据的是同样的事实：Mesos 和 Marathon 说任务在哪里。
各自快慢的原因不同。${notes.join("")}`,
    },
    commands: [
      `curl -s -H "Accept: text/plain" ${marathon}/v2/tasks`,
      ...others.flatMap((name) => [`# ${methods[name].title}`, ...methods[name].commands(lab)]),
    ],
    see: {
      en: "The list from which the bridge makes its configuration: app, service port, and the place of each task.",
      zh: "bridge 用来生成配置的列表：应用、服务端口、每个任务的位置。",
    },
    question: {
      en: "At which host and port does tomcat run now (`1.2.3.4:5`)?",
      zh: "tomcat 现在跑在哪个地址和端口（形如 `1.2.3.4:5`）？",
    },
  };
}
