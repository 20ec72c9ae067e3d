import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { attributes } from '../lib/aws/attributes.ts';
import { digestInteger } from '../lib/http/digest.ts';
import type { Clock, Random } from '../lib/ports.ts';
import { conditionOf, EXISTS, IS_NEW, namesIn, type Preconditions } from './condition.ts';
import type { ItemRecord } from './record.ts';
import { fields, type ItemFields, type ItemPatch } from './schema.ts';
import { executeWrite, type Write, type WriteClients, type WriteOutcome } from './write.ts';

/** The digests of an idempotency key and of the payload that it came with. */
export interface IdempotencyDigests {
  readonly key: string;
  readonly payload: string;
}

/** - `exists`: another item has the id. - `key-reused`: the key came with another payload before. */
export type Created =
  | { readonly kind: 'created'; readonly record: ItemRecord }
  | { readonly kind: 'exists' | 'key-reused' };

/** - `missing`: there is no such item. - `mismatch`: a precondition failed. */
export type Refused = { readonly kind: 'missing' | 'mismatch' };

/** The item as it is now. */
export interface Written {
  readonly kind: 'written';
  readonly record: ItemRecord;
  /** Whether there was none before. */
  readonly created: boolean;
}

export interface ItemPage {
  readonly records: readonly ItemRecord[];
  /** The id to go on after, where there is more. */
  readonly next: number | undefined;
}

/** When so many generated ids are taken in a row, something is wrong with them. */
const MAX_IDS = 5;

/**
 * Items in DynamoDB. Every operation is one request, unless an answer is lost or a generated id is taken: a write reads
 * nothing first, its condition decides, and DynamoDB returns the item on which the condition fails.
 */
export const itemStore = (
  clients: WriteClients,
  table: string,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
) => {
  const begin = () => ({
    /** 128 random bits, so that no two representations ever have the same entity tag. */
    token: Buffer.from(random.bytes(16)).toString('base64url'),
    startedAt: new Date(clock.now()).toISOString(),
  });

  const randomId = (): number => Number(Buffer.from(random.bytes(8)).readBigUInt64BE() >> 11n);

  /** A strongly consistent read. */
  const read = async (tenant: string, id: number): Promise<ItemRecord | undefined> => {
    const { Item } = await clients.retrying.send(
      new GetItemCommand({ TableName: table, Key: attributes({ tenant, id }), ConsistentRead: true }),
    );
    return Item && (unmarshall(Item) as ItemRecord);
  };

  /** A page in the order of the ids. It may be short, because DynamoDB ends a page at one megabyte. */
  const list = async (
    tenant: string,
    { after = -1, limit }: { readonly after?: number | undefined; readonly limit: number },
  ): Promise<ItemPage> => {
    const { Items = [], LastEvaluatedKey } = await clients.retrying.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#tenant = :tenant AND #id > :after',
        ExpressionAttributeNames: { '#tenant': 'tenant', '#id': 'id' },
        ExpressionAttributeValues: attributes({ ':tenant': tenant, ':after': after }),
        ConsistentRead: true,
        // One item more tells whether there is a next page, so that no page is empty.
        Limit: limit + 1,
      }),
    );
    const records = Items.slice(0, limit).map((item) => unmarshall(item) as ItemRecord);
    const more = Items.length > limit || LastEvaluatedKey !== undefined;
    return { records, next: more ? records.at(-1)?.id : undefined };
  };

  /**
   * Creates an item under the given id, else under one derived from the idempotency key, else under a random one. Where
   * the key has created an item before, the result is that item as it is now.
   */
  const create = async (
    tenant: string,
    { id: chosen, ...values }: ItemFields & { readonly id?: number | undefined },
    digests?: IdempotencyDigests,
  ): Promise<Created> => {
    for (let n = 0; n < MAX_IDS; n++) {
      const id = chosen ?? (digests ? digestInteger('item', tenant, digests.key, String(n)) : randomId());
      const write = begin();
      const record: ItemRecord = {
        tenant,
        id,
        ...values,
        createdAt: write.startedAt,
        updatedAt: write.startedAt,
        _etag: write.token,
        _birth: write.token,
        ...(digests && { _key: digests.key, _payload: digests.payload }),
      };
      const command = (guarded: boolean) =>
        new PutItemCommand({
          TableName: table,
          Item: attributes(record),
          ...(guarded ? guardedIfNew(write) : IF_NEW),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
      const outcome = await executeWrite(clients, { ...write, command });
      if (outcome.kind === 'applied') return { kind: 'created', record };
      const { found } = outcome;
      if (digests && found?._key === digests.key) {
        return found._payload === digests.payload
          ? { kind: 'created', record: found }
          : { kind: 'key-reused' };
      }
      if (chosen !== undefined) break;
    }
    return { kind: 'exists' };
  };

  /**
   * Sets fields of an item, and removes those that are null. Other fields stay, and an absent item is created, unless a
   * condition fails.
   */
  const update = async (
    tenant: string,
    id: number,
    changes: ItemPatch,
    preconditions: Preconditions,
    ...conditions: readonly string[]
  ): Promise<Written | Extract<WriteOutcome, { kind: 'refused' }>> => {
    const write = begin();
    const names = Object.keys(changes);
    const removed = names.filter((name) => changes[name] === null);
    const set = names.filter((name) => changes[name] !== null);
    const assignments = [
      '#_etag = :token',
      '#_birth = if_not_exists(#_birth, :token)',
      '#createdAt = if_not_exists(#createdAt, :now)',
      '#updatedAt = :now',
      ...set.map((name) => `#${name} = :field_${name}`),
    ];
    const removal = removed.length > 0 ? ` REMOVE ${removed.map((name) => `#${name}`).join(', ')}` : '';
    const expression = `SET ${assignments.join(', ')}${removal}`;

    const command = (guarded: boolean) => {
      const { clauses, values } = conditionOf(preconditions, write, guarded);
      const condition = [...conditions, ...clauses].join(' AND ');
      return new UpdateItemCommand({
        TableName: table,
        Key: attributes({ tenant, id }),
        UpdateExpression: expression,
        ...(condition && { ConditionExpression: condition }),
        ExpressionAttributeNames: namesIn(expression, condition),
        ExpressionAttributeValues: attributes({
          ...values,
          ':token': write.token,
          ':now': write.startedAt,
          ...Object.fromEntries(set.map((name) => [`:field_${name}`, changes[name]])),
        }),
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
    };
    const outcome = await executeWrite(clients, { ...write, command });
    if (outcome.kind === 'refused') return outcome;
    if (outcome.record === undefined) throw new Error('An update returned no item');
    const created = outcome.record._birth === write.token;
    // Where the answer was lost and others have changed the created item since, it is told as this write created it.
    const isOwn = !created || outcome.record._etag === write.token;
    return {
      kind: 'written',
      record: isOwn ? outcome.record : asCreated(tenant, id, changes, write),
      created,
    };
  };

  /** Creates or replaces an item: a field without a value is removed. */
  const replace = async (
    tenant: string,
    id: number,
    values: ItemFields,
    preconditions: Preconditions,
  ): Promise<Written | { readonly kind: 'mismatch' }> => {
    const absent = Object.fromEntries(Object.keys(fields).map((name) => [name, null]));
    const written = await update(tenant, id, { ...absent, ...values }, preconditions);
    return written.kind === 'refused' ? { kind: 'mismatch' } : written;
  };

  /** Changes an existing item: a field that is not given stays, one that is null is removed. */
  const patch = async (
    tenant: string,
    id: number,
    changes: ItemPatch,
    preconditions: Preconditions,
  ): Promise<Written | Refused> => {
    const written = await update(tenant, id, changes, preconditions, EXISTS);
    return written.kind === 'refused' ? refusal(written.found) : written;
  };

  /** Deletes an existing item. */
  const remove = async (
    tenant: string,
    id: number,
    preconditions: Preconditions,
  ): Promise<{ readonly kind: 'deleted' } | Refused> => {
    const write = begin();
    const command = (guarded: boolean) => {
      const { clauses, values } = conditionOf(preconditions, write, guarded);
      return new DeleteItemCommand({
        TableName: table,
        Key: attributes({ tenant, id }),
        ...onlyIf([EXISTS, ...clauses], values),
        ReturnValues: 'ALL_OLD',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
    };
    const outcome = await executeWrite(clients, { ...write, command });
    return outcome.kind === 'refused' ? refusal(outcome.found) : { kind: 'deleted' };
  };

  return { read, list, create, replace, patch, remove };
};

/** The members of a command that make it depend on all of these clauses. */
const onlyIf = (clauses: readonly string[], values: Readonly<Record<string, string>> = {}) => {
  const condition = clauses.join(' AND ');
  return {
    ConditionExpression: condition,
    ExpressionAttributeNames: namesIn(condition),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: attributes(values) }),
  };
};

const IF_NEW = onlyIf([IS_NEW]);

const guardedIfNew = (write: Pick<Write, 'token' | 'startedAt'>) => {
  const { clauses, values } = conditionOf({ ifNoneMatch: { kind: 'any' } }, write, true);
  return onlyIf(clauses, values);
};

/** The item that a write creates: the fields that it sets, and no others. */
const asCreated = (
  tenant: string,
  id: number,
  changes: ItemPatch,
  { token, startedAt }: Pick<Write, 'token' | 'startedAt'>,
): ItemRecord => ({
  tenant,
  id,
  ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null)),
  createdAt: startedAt,
  updatedAt: startedAt,
  _etag: token,
  _birth: token,
});

const refusal = (found: ItemRecord | undefined): Refused => ({ kind: found ? 'mismatch' : 'missing' });
