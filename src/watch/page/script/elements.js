// Every text of a lab is set as text, never as markup.
export function make(tag, { text, ...more } = {}, ...children) {
  const node = Object.assign(document.createElement(tag), more);
  if (text !== undefined) node.textContent = text;
  node.append(...children);
  return node;
}

export function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** One element for each item, kept as long as the item is there: what has the focus, or is open, stays so. */
export function list(parent, items, key, create, fill) {
  const before = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const used = new Set();
  items.forEach((item, index) => {
    const name = key(item);
    const node = before.get(name) ?? create(item);
    // Two items may have one name.
    before.delete(name);
    used.add(node);
    node.dataset.key = name;
    fill(node, item);
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
  for (const node of [...parent.children]) if (!used.has(node)) node.remove();
}

/** The texts of elements within a node, by their class. */
export function texts(node, words) {
  for (const [name, text] of Object.entries(words)) set(node.querySelector(`.${name}`), text);
}
