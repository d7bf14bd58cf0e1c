/** The languages of the lesson. */
export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];

/** The same sentence in each language. */
export type Words = Readonly<Record<Language, string>>;

export const stepIds = [
  "zookeeper",
  "mesos",
  "slave",
  "marathon",
  "bamboo",
  "deploy",
  "rule",
  "rule-api",
  "kill",
  "suspend",
  "resume",
  "container",
  "discovery",
  "drill",
  "compare",
] as const;
/** The steps of the lesson, in their order; a lab has those that it has the parts for. */
export type StepId = (typeof stepIds)[number];

/** What a step of the lesson tells. */
export interface StepText {
  readonly id: StepId;
  readonly title: Words;
  /** What to do, and why: Markdown. */
  readonly text: Words;
  /** How to do it by hand; each can be pasted as it stands. */
  readonly commands: readonly string[];
  /** What the student should see then. */
  readonly see: Words;
  /** What is asked where there is nothing to change: the answer is in the lab. */
  readonly question?: Words;
}
