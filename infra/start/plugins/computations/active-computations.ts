import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoComputationStore } from '../../../../functions/lib/aws/computation-store.ts';
import {
  type Computation,
  type ComputationKey,
  isActive,
} from '../../../../functions/lib/engine/computation.ts';
import { type Progress, progressOf } from '../../../../functions/lib/engine/progress.ts';

interface ComputationView {
  readonly tenant: string;
  readonly id: string;
  readonly type: string;
  readonly status: Computation['status'];
  readonly attempt: number;
  /** As JSON, cut where it is long. */
  readonly input: string;
  /** Milliseconds since the epoch, as the others. */
  readonly createdAt: number;
  readonly finishedAt: number | undefined;
  readonly progress: Progress;
  /** Why it failed. */
  readonly error: string | undefined;
}

export interface ActiveComputations {
  /** How many are queued or running. */
  readonly active: number;
  /** Whether there are more than `active`, which were not counted. */
  readonly more: boolean;
  /** Some of them, the running ones first, and then those seen active before that have ended, each newest first. */
  readonly computations: readonly ComputationView[];
}

/** Active records that a look reads at most, to find the running ones. */
const maxRead = 100;
const maxActive = 12;
const maxEnded = 6;
const maxInput = 160;

const ranks: Readonly<Record<Computation['status'], number>> = {
  running: 0,
  queued: 1,
  succeeded: 2,
  failed: 2,
  cancelled: 2,
};
const newest = (one: Computation, other: Computation): number => other.createdAt - one.createdAt;

/**
 * Looks at the computations of every tenant, for whoever runs the platform: a request for the index of active ones,
 * one for their records, and a few for the progress of each that is shown.
 */
export const activeComputations = (
  database: DynamoDBClient,
  table: string,
): (() => Promise<ActiveComputations>) => {
  const client = DynamoDBDocumentClient.from(database);
  const store = dynamoComputationStore(client, table);
  /** Those that the last look has shown. */
  let shown: readonly Computation[] = [];
  return async () => {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new ScanCommand({ TableName: table, IndexName: 'active' }),
    );
    const keys = new Map<string, ComputationKey>(
      shown.map(({ tenant, id }) => [`${tenant}#${id}`, { tenant, id }]),
    );
    for (const { pk } of Items.slice(0, maxRead)) {
      const [, tenant = '', id = ''] = String(pk).split('#');
      keys.set(`${tenant}#${id}`, { tenant, id });
    }
    const found = (await store.readMany([...keys.values()])).sort(
      (one, other) => ranks[one.status] - ranks[other.status] || newest(one, other),
    );
    const active = found.filter(isActive).slice(0, maxActive);
    const ended = found.filter((each) => !isActive(each)).slice(0, maxEnded);
    shown = [...active, ...ended];
    return {
      active: Items.length,
      more: LastEvaluatedKey !== undefined,
      computations: await Promise.all(
        shown.map(async (each) => viewOf(each, await progressOf({ store }, each))),
      ),
    };
  };
};

const viewOf = (computation: Computation, progress: Progress): ComputationView => {
  const { tenant, id, type, status, attempt, input, createdAt } = computation;
  const json = JSON.stringify(input);
  return {
    tenant,
    id,
    type,
    status,
    attempt,
    input: json.length > maxInput ? `${json.slice(0, maxInput)}…` : json,
    createdAt,
    finishedAt: 'finishedAt' in computation ? computation.finishedAt : undefined,
    progress,
    error:
      computation.status === 'failed' ? `${computation.error.title}: ${computation.error.detail}` : undefined,
  };
};
