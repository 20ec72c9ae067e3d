// What the page and the panels of plugins are made with. Everything that the platform says is put in as text, never as
// markup: log lines and inputs are whatever somebody sent.

export const element = (id) => document.getElementById(id);

/** Makes an element with these properties and children. */
export const create = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

/** A table with these headings, the first of which is the row's name; `id` is that of its body. */
export const createTable = (id, [first, ...others]) => {
  const heads = [create('th', { scope: 'col' }, first)];
  for (const text of others) heads.push(create('th', { scope: 'col', className: 'number' }, text));
  const head = create('thead', {}, create('tr', {}, ...heads));
  return create('div', { className: 'scroll' }, create('table', {}, head, create('tbody', { id })));
};

export const integer = new Intl.NumberFormat('en');

export const count = (value) => ({
  text: integer.format(value),
  className: value === 0 ? 'number zero' : 'number',
});
export const alarming = (value) => ({
  ...count(value),
  className: value === 0 ? 'number zero' : 'number bad',
});

export const duration = (milliseconds) => {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2_880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1_440)} d`;
};

export const size = (bytes) => {
  const units = ['B', 'KB', 'MB', 'GB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1_000 && unit < units.length - 1) [value, unit] = [value / 1_024, unit + 1];
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
};

/** Writes only what differs, so that nothing flickers and a selection stays. */
export const setText = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};
export const setClass = (node, name = '') => {
  if (node.className !== name) node.className = name;
};

/** Makes the children of a parent one for each item, in their order, and keeps those that were there already. */
export const arrange = (parent, items, keyOf, make, fill) => {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const key = String(keyOf(item));
    const child = known.get(key) ?? make(item);
    known.delete(key);
    child.dataset.key = key;
    fill(child, item);
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  for (const child of known.values()) child.remove();
};

/** Fills a table with a row for each item: a name, and cells, each `{text, className}`. */
export const rows = (id, items, keyOf, cellsOf) =>
  arrange(
    element(id),
    items,
    keyOf,
    () => {
      const row = document.createElement('tr');
      const name = row.appendChild(document.createElement('th'));
      name.scope = 'row';
      return row;
    },
    (row, item) => {
      cellsOf(item).forEach(({ text, className, title }, index) => {
        const cell = row.children[index] ?? row.appendChild(document.createElement('td'));
        setText(cell, text);
        setClass(cell, className);
        if (title !== undefined) cell.title = title;
      });
    },
  );
