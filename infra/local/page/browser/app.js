// What happens on this machine, looked at about once a second. Everything that the platform says is put in as text,
// never as markup: log lines and inputs are whatever somebody sent.

const everyMilliseconds = 1_000;
const patienceMilliseconds = 10_000;
const maxLines = 200;

const element = (id) => document.getElementById(id);
const integer = new Intl.NumberFormat('en');

const count = (value) => ({ text: integer.format(value), className: value === 0 ? 'number zero' : 'number' });
const alarming = (value) => ({ ...count(value), className: value === 0 ? 'number zero' : 'number bad' });

const duration = (milliseconds) => {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2_880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1_440)} d`;
};

const size = (bytes) => {
  const units = ['B', 'KB', 'MB', 'GB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1_000 && unit < units.length - 1) [value, unit] = [value / 1_024, unit + 1];
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
};

/** Writes only what differs, so that nothing flickers and a selection stays. */
const setText = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};
const setClass = (node, name = '') => {
  if (node.className !== name) node.className = name;
};

/** Makes the children of a parent one for each item, in their order, and keeps those that were there already. */
const arrange = (parent, items, keyOf, make, fill) => {
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

/** A row of a name and cells, each `{text, className}`. */
const rows = (id, items, keyOf, cellsOf) =>
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

const showFunctions = ({ functions }) =>
  rows(
    'functions',
    functions,
    ({ name }) => name,
    (each) => [
      { text: each.label, title: each.name },
      count(each.running),
      count(each.invocations),
      alarming(each.errors),
      alarming(each.throttles),
      count(each.instances),
      each.lastMilliseconds === undefined
        ? { text: '–', className: 'number zero' }
        : { text: duration(each.lastMilliseconds), className: 'number' },
    ],
  );

const showQueues = ({ queues, now }) =>
  rows(
    'queues',
    queues,
    ({ name }) => name,
    (each) => [
      { text: each.label, title: each.name },
      count(each.ready),
      count(each.inFlight),
      count(each.delayed),
      each.oldestSent === undefined
        ? { text: '–', className: 'number zero' }
        : { text: duration(Math.max(0, now - each.oldestSent)), className: 'number' },
    ],
  );

const showTables = ({ tables }) =>
  rows(
    'tables',
    tables,
    ({ name }) => name,
    (each) => [
      { text: each.label, title: each.name },
      count(each.items),
      {
        text: `${each.exact ? '' : '≈ '}${size(each.bytes)}`,
        className: each.bytes === 0 ? 'number zero' : 'number',
      },
    ],
  );

const showFaults = ({ faults }) => {
  const kinds = Object.entries(faults).sort(([one], [other]) => one.localeCompare(other));
  element('faults-section').hidden = kinds.length === 0;
  rows(
    'faults',
    kinds,
    ([kind]) => kind,
    ([kind, times]) => [{ text: kind }, count(times)],
  );
};

const makeComputation = () => {
  const parts = ['type', 'status', 'time', 'progress', 'words', 'input', 'id', 'error'];
  const made = document.createElement('li');
  for (const part of parts) {
    const node = made.appendChild(document.createElement(part === 'progress' ? part : 'span'));
    node.className = part;
  }
  return made;
};

const fillComputation = (made, each, now) => {
  const [type, status, time, bar, words, input, id, error] = made.children;
  const { done, total } = each.progress;
  if (made.dataset.status !== each.status) made.dataset.status = each.status;
  setText(type, each.type);
  setText(status, each.attempt > 1 ? `${each.status}, attempt ${each.attempt}` : each.status);
  setText(time, duration(Math.max(0, (each.finishedAt ?? now) - each.createdAt)));
  bar.max = Math.max(1, total);
  bar.value = done;
  bar.setAttribute('aria-label', `Progress of ${each.type} ${each.id}`);
  const percent = total === 0 ? 0 : Math.floor((100 * done) / total);
  setText(words, `${integer.format(done)} of ${integer.format(total)} · ${percent} %`);
  setText(input, each.input);
  setText(id, `${each.id} of tenant ${each.tenant.slice(0, 8)}`);
  setText(error, each.error ?? '');
};

const showComputations = ({ computations: seen, now }) => {
  const { active, more, computations } = seen ?? { active: 0, more: false, computations: [] };
  const shown = computations.filter(({ status }) => status === 'running' || status === 'queued').length;
  const rest = active > shown ? `, ${integer.format(shown)} shown` : '';
  setText(
    element('active'),
    active === 0 ? '' : `${integer.format(active)}${more ? ' or more' : ''} active${rest}`,
  );
  element('computations-empty').hidden = computations.length > 0;
  arrange(
    element('computations'),
    computations,
    ({ tenant, id }) => `${tenant} ${id}`,
    makeComputation,
    (made, each) => fillComputation(made, each, now),
  );
};

let lines = [];
let linesOf;

const makeLine = ({ time, source, level, text }) => {
  const line = document.createElement('li');
  line.dataset.level = level;
  const when = line.appendChild(document.createElement('time'));
  when.dateTime = new Date(time).toISOString();
  when.textContent = new Date(time).toTimeString().slice(0, 8);
  const whose = line.appendChild(document.createElement('span'));
  whose.className = 'source';
  whose.textContent = source;
  const words = line.appendChild(document.createElement('span'));
  words.className = 'text';
  words.textContent = level === 'INFO' ? text : `${level} ${text}`;
  return line;
};

const showLines = () => {
  const wanted = element('filter').value.trim().toLowerCase();
  const found = lines.filter(({ source, level, text }) =>
    `${source} ${level} ${text}`.toLowerCase().includes(wanted),
  );
  // Each start of the platform counts from one again.
  arrange(
    element('log'),
    found,
    ({ number }) => `${linesOf} ${number}`,
    makeLine,
    () => {},
  );
  setText(element('log-empty'), lines.length === 0 ? 'No lines yet.' : 'No line contains that.');
  element('log-empty').hidden = found.length > 0;
};

const showLog = ({ startedAt, journal }) => {
  if (linesOf === startedAt && lines[0]?.number === journal.at(-1)?.number) return;
  linesOf = startedAt;
  lines = journal.slice(-maxLines).reverse();
  showLines();
};

const showStatus = (state, text) => {
  const status = element('status');
  if (status.dataset.state !== state) status.dataset.state = state;
  setText(status, text);
  document.body.toggleAttribute('data-stale', state === 'gone');
};

const clockOf = (time) => new Date(time).toTimeString().slice(0, 8);

let heardAt;

const look = async () => {
  try {
    const answer = await fetch('/_local/state', { signal: AbortSignal.timeout(patienceMilliseconds) });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const state = await answer.json();
    heardAt = Date.now();
    for (const show of [showComputations, showFunctions, showQueues, showTables, showFaults, showLog])
      show(state);
    showStatus('there', `Running since ${clockOf(state.startedAt)}`);
  } catch {
    const since = heardAt === undefined ? '' : ` since ${clockOf(heardAt)}`;
    showStatus('gone', `The platform does not answer${since}. Waiting for it …`);
  }
};

/** One look after another, and none while nobody sees the page. */
const watch = async () => {
  for (;;) {
    if (!document.hidden) await look();
    await new Promise((resolve) => setTimeout(resolve, everyMilliseconds));
  }
};

element('filter').addEventListener('input', showLines);
watch();
