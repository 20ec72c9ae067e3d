// The faults of chaos, and how often each happened.

import { addPanel } from '/_local/app.js';
import { count, createTable, rows } from '/_local/dom.js';

addPanel('faults', ['Faults of chaos'], [createTable('faults', ['Fault', 'Times'])], (faults, _, section) => {
  const kinds = Object.entries(faults).sort(([one], [other]) => one.localeCompare(other));
  section.hidden = kinds.length === 0;
  rows(
    'faults',
    kinds,
    ([kind]) => kind,
    ([kind, times]) => [{ text: kind }, count(times)],
  );
});
