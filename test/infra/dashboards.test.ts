import { describe, expect, test } from 'vitest';
import { product } from '../../functions/product.ts';
import { shop } from './fixture.ts';
import { readable, resources, templateOf } from './template.ts';

interface Widget {
  type: string;
  properties: { title?: string; alarms?: string[]; metrics?: unknown[] };
}

const dashboards = new Map(
  resources(templateOf('prod'), 'AWS::CloudWatch::Dashboard').map(({ Properties }) => {
    const { widgets } = JSON.parse(readable(Properties.DashboardBody)) as { widgets: Widget[] };
    return [String(Properties.DashboardName), widgets] as const;
  }),
);
const titles = (name: string) =>
  (dashboards.get(name) ?? []).flatMap(({ properties }) => properties.title ?? []);

describe('the dashboards', () => {
  test('are one for the service and one for the operator', () => {
    expect([...dashboards.keys()].sort()).toEqual([
      `${product.name}-prod-operator`,
      `${product.name}-prod-service`,
    ]);
  });

  test('for the service shows its use, its answers, and what became of computations', () => {
    expect(titles(`${product.name}-prod-service`)).toEqual(
      expect.arrayContaining([
        'Requests by route and status',
        'Duration by route, p99, ms',
        'Computations by outcome',
        'Parts computed',
      ]),
    );
  });

  test('for the operator shows every alarm, and measures of every function, queue and table', () => {
    const widgets = dashboards.get(`${product.name}-prod-operator`) ?? [];
    const [alarms] = widgets.filter(({ type }) => type === 'alarm');
    expect(alarms?.properties.alarms).toHaveLength(
      resources(templateOf('prod'), 'AWS::CloudWatch::Alarm').length,
    );
    const measured = JSON.stringify(widgets.map(({ properties }) => properties.metrics));
    for (const name of Object.keys(shop.functions))
      expect(measured).toContain(`Functions${name.replaceAll('-', '')}Function`);
    expect(titles(`${product.name}-prod-operator`)).toEqual(
      expect.arrayContaining([
        'What the sweeper did',
        'Messages of parcels',
        'Messages of lost-parcels',
        'Breakers opened',
        'Breakers closed again',
        'Cold starts',
        'Responses from the cache',
      ]),
    );
    for (const id of ['QueuesParcels', 'QueuesLostParcels', 'DataOrders', 'DataPrices']) {
      expect(measured).toContain(id);
    }
  });

  test('search for metrics by the names and dimensions that functions send', () => {
    const [first] =
      JSON.stringify(dashboards.get(`${product.name}-prod-service`)).match(/SEARCH\(.*?Requests.*?\)'/) ?? [];
    expect(first).toContain(`{${product.title},FunctionName,Route,StatusClass}`);
  });
});
