// What the scripts of the pages share.

export const byId = (id) => document.getElementById(id);

// textContent only: names, ids and rules must never become markup.
export const make = (tag, text, ...children) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
};
