import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { type Computation, exists } from '../../functions/lib/engine/computation.ts';
import type { ComputationStore } from '../../functions/lib/engine/ports.ts';

export type FailedComputation = Extract<Computation, { status: 'failed' }>;

/**
 * Every failed computation of every tenant that has not expired at `now` (milliseconds since the epoch). It scans the
 * index of computations, which holds keys alone, and reads the records: half a read unit for about 40 computations,
 * and one for each of them.
 */
export async function* failedComputations(
  client: DynamoDBDocumentClient,
  table: string,
  store: Pick<ComputationStore, 'readMany'>,
  now: number,
): AsyncIterable<FailedComputation> {
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table, IndexName: 'list' })) {
    const keys = Items.map(({ pk }) => {
      const [, tenant = '', id = ''] = String(pk).split('#');
      return { tenant, id };
    });
    for (const computation of await store.readMany(keys)) {
      if (computation.status === 'failed' && exists(computation, now)) yield computation;
    }
  }
}
