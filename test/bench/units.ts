import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Figure, markdown } from './figure.ts';
import type { Units } from './units-meter.ts';
import {
  computationOperations,
  FURTHER_PART,
  itemOperations,
  wholeComputations,
} from './units-operations.ts';
import {
  BILLED_MS,
  type Bill,
  MILLION_SECONDS,
  millionOf,
  PLATFORM_LOG_BYTES,
  PRICES_NOTE,
} from './units-prices.ts';
import type { Usage } from './units-suite.ts';

const run = fileURLToPath(new URL('./units-run.ts', import.meta.url));

const decimal = (value: number): string => String(Math.round(value * 1_000) / 1_000);
const dollars = (value: number): string => value.toFixed(2);

const cells = ({ writes, reads, sqs }: Units): string[] => [writes, reads, sqs].map(decimal);

/** What each part after the first adds. */
const perFurtherPart = (one: Units, many: Units, parts: number): Units => {
  const each = (name: keyof Units) => (many[name] - one[name]) / (parts - 1);
  return { writes: each('writes'), reads: each('reads'), sqs: each('sqs') };
};

const billRow = (name: string, bill: Bill): string[] => {
  const { api, lambda, dynamodb, sqs, logs } = bill;
  return [name, ...[api, lambda, dynamodb, sqs, logs, api + lambda + dynamodb + sqs + logs].map(dollars)];
};

const notes = (bills: string): string[] => [
  `**Where the bounds come from.** A durable change is at least one write unit, a strongly consistent read at least one read unit. A new computation takes three writes: in its table, on the list of its tenant, and on the index of active ones, where the sweeper finds what got lost. That it runs is one write, its end is one more, and leaving the index another: six. It is sent, received and deleted: three requests. Each further part has a value that must survive: one write. It must know whether it was cancelled meanwhile: half a read. It is received, deleted, and sent ten at a time: 2.1 requests. The tree adds a ninth for its inner nodes, and half a read in which a part sees whether another message has already done its work.`,
  `**How it is counted.** The handlers run in one process on Dynoxide and fauxqs, behind a proxy that asks for \`ReturnConsumedCapacity: INDEXES\`. \`test/bench/units.test.ts\` checks every line but the longest exactly, and Dynoxide's capacity against DynamoDB's published rules. A failed conditional write reports no capacity, so its units are computed here, from the item that stood in its way. The clock advances by a second with each message. So no worker may reuse what it has read, as with parts of a second and more. An item's record stays below 1 KB, and so do those of the tree with partial results of 24 bytes. A larger record costs a unit for each kilobyte. A message takes a receive and a delete of SQS, as with a mapping whose batch size is one. Larger batches would make parts wait for each other.`,
  `**A million of each, in US dollars.** ${PRICES_NOTE} Assumptions: ${BILLED_MS.request} ms for a request at 512 MB, ${BILLED_MS.message} ms for a message at 1,769 MB, log lines as they were written, and ${PLATFORM_LOG_BYTES} bytes of Lambda's own for each invocation. The computing of a part comes on top: a million seconds of a worker are ${dollars(MILLION_SECONDS)}.`,
  bills,
  'Not included: five pollers poll an idle queue three times a minute, 0.65 million requests a month and queue, whatever is submitted. The sweeper reads its index of 32 shards every minute (16 read units). Custom metrics, traces and storage are in [operations.md](operations.md).',
];

const targets = `Target: one unit for each operation on an item of up to 1 KB; at most 6 write units and 3 requests to SQS for a computation of one part; at most 1.2 write units, 1.25 read units and 2.4 requests for each further part.`;

export const billableUnits: Figure = {
  name: 'units',
  title: 'Billable units',
  about: `Write and read units of DynamoDB and requests to SQS, for each operation of the API, and for a computation from its submission to its end. The bound is the fewest that anything with the same guarantees could use. ${targets}`,
  async measure() {
    const { stdout } = await promisify(execFile)(process.execPath, [run]);
    const usages: Readonly<Record<string, Usage>> = JSON.parse(stdout);
    const rows: string[][] = [];
    const bills: string[][] = [];
    let first: Usage | undefined;
    for (const { name, bound, parts = 0 } of [
      ...itemOperations,
      ...computationOperations,
      ...wholeComputations,
    ]) {
      const usage = usages[name];
      if (usage === undefined) throw new Error(`${name} was not measured`);
      rows.push([name, ...cells(usage), ...cells(bound)]);
      bills.push(billRow(name, millionOf(usage)));
      if (parts === 1) first = usage;
      if (parts > 1 && first !== undefined) {
        const each = perFurtherPart(first, usage, parts);
        rows.push(['… each further part', ...cells(each), ...cells(FURTHER_PART)]);
      }
    }
    const table = markdown({
      columns: ['a million of', 'API Gateway', 'Lambda', 'DynamoDB', 'SQS', 'logs', 'together'],
      rows: bills,
    });
    const columns = ['operation', 'writes', 'reads', 'SQS', 'writes, bound', 'reads, bound', 'SQS, bound'];
    return { columns, rows, notes: notes(table) };
  },
};
