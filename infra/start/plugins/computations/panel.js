// The computations of all tenants that are queued or running, and those that have ended while somebody looked.

import { addPanel } from '/_local/app.js';
import { arrange, create, duration, element, integer, setText } from '/_local/dom.js';

const content = () => {
  const list = create('ul', { id: 'computations' });
  list.setAttribute('aria-labelledby', 'computations-title');
  const path = create('code', {}, '/computations');
  const empty = create(
    'p',
    { className: 'empty', id: 'computations-empty' },
    'Nothing is running. What is submitted to ',
    path,
    " shows here, whoever's it is.",
  );
  return [list, empty];
};

const makeComputation = () => {
  const parts = ['type', 'status', 'time', 'progress', 'words', 'input', 'id', 'error'];
  return create(
    'li',
    {},
    ...parts.map((className) => create(className === 'progress' ? className : 'span', { className })),
  );
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

const show = ({ active, more, computations }, { now }) => {
  const shown = computations.filter(({ status }) => status === 'running' || status === 'queued').length;
  const rest = active > shown ? `, ${integer.format(shown)} shown` : '';
  const text = active === 0 ? '' : `${integer.format(active)}${more ? ' or more' : ''} active${rest}`;
  setText(element('active'), text);
  element('computations-empty').hidden = computations.length > 0;
  arrange(
    element('computations'),
    computations,
    ({ tenant, id }) => `${tenant} ${id}`,
    makeComputation,
    (made, each) => fillComputation(made, each, now),
  );
};

const title = ['Computations ', create('span', { id: 'active', className: 'count' })];
addPanel('computations', title, content(), show);
