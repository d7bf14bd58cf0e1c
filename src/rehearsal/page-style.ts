/** The look of every page of the stand-ins; nothing of it comes from elsewhere. */
export const pageStyle = `
  :root { --ink: #1f2933; --dim: #667788; --line: #dde3ea; --paper: #fff; --ground: #f4f6f8; --accent: #2166a5; }
  * { box-sizing: border-box; }
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
  header { background: #24323f; color: #fff; }
  header > div, main { max-width: 68rem; margin: 0 auto; padding: .8rem 1.2rem; }
  header > div { display: flex; align-items: center; gap: 1.2rem; flex-wrap: wrap; }
  header b { font-size: 1.25rem; letter-spacing: .02em; }
  header a { color: #cfe2f3; text-decoration: none; }
  header a:hover, header a:focus { text-decoration: underline; }
  header small { margin-left: auto; background: #fd6; color: #222; padding: .1rem .6rem; border-radius: 1rem; }
  h1 { font-size: 1.6rem; margin: 1rem 0 .3rem; overflow-wrap: anywhere; }
  h2 { font-size: 1.15rem; margin: 1.6rem 0 .5rem; }
  p.dim, .dim { color: var(--dim); }
  table { border-collapse: collapse; width: 100%; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; }
  th { font-size: .85rem; color: var(--dim); font-weight: 600; background: #fafbfc; }
  th, td { text-align: left; padding: .5rem .8rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
  tr:last-child td { border-bottom: 0; }
  tr.link { cursor: pointer; }
  tr.link:hover td { background: #eef5fb; }
  button, input, textarea { font: inherit; padding: .35rem .8rem; border: 1px solid #b9c4cf; border-radius: .35rem; background: #fff; }
  button { cursor: pointer; }
  button.main { background: var(--accent); border-color: var(--accent); color: #fff; }
  button.danger { background: #b3261e; border-color: #b3261e; color: #fff; }
  button:disabled { opacity: .45; cursor: default; }
  dialog { border: 1px solid #999; border-radius: .6rem; width: min(34rem, 92vw); padding: 1.2rem 1.4rem; }
  dialog::backdrop { background: rgb(20 30 40 / .35); }
  label { display: block; font-size: .9rem; color: var(--dim); margin: .7rem 0 .15rem; }
  dialog input:not([type=checkbox]), textarea { width: 100%; }
  code, .mono, textarea { font-family: ui-monospace, monospace; font-size: .92em; }
  .good { color: #1a7f37; } .wait { color: #9a6700; }
  [role=alert], [role=status] { white-space: pre-wrap; color: #b3261e; min-height: 1.5em; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; } dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
`;

/** What the scripts of the pages share. */
export const pageHelpers = `
  const byId = (id) => document.getElementById(id);
  // textContent only: names, ids and rules must never become markup.
  const make = (tag, text, ...children) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    element.append(...children);
    return element;
  };`;
