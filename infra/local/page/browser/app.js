// What happens on this machine, looked at about once a second.

import { alarming, arrange, count, create, duration, element, rows, setText, size } from './dom.js';

const everyMilliseconds = 1_000;
const timeoutMilliseconds = 10_000;
const maxLines = 200;

/** What shows the data of a plugin, by the plugin's panel. */
const panels = new Map();

/**
 * Adds a section for a panel, before the others. `show` is called at each look with the panel's data and the whole state.
 * The title may have more than a text.
 */
export const addPanel = (name, title, content, show) => {
  const section = create('section', {}, create('h2', { id: `${name}-title` }, ...title), ...content);
  section.setAttribute('aria-labelledby', `${name}-title`);
  section.hidden = true;
  element('panels').append(section);
  panels.set(name, (state) => {
    section.hidden = !Object.hasOwn(state.panels, name);
    if (!section.hidden) show(state.panels[name], state, section);
  });
};

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
    const answer = await fetch('/_local/state', { signal: AbortSignal.timeout(timeoutMilliseconds) });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const state = await answer.json();
    heardAt = Date.now();
    for (const show of [...panels.values(), showFunctions, showQueues, showTables, showLog]) show(state);
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
