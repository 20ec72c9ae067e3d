import { describe, expect, it } from 'vitest';
import { UnknownWorkError } from '../../../functions/lib/engine/errors.ts';
import { decodeMessage, encodeMessage, type WorkMessage } from '../../../functions/lib/engine/message.ts';

const of = { tenant: 'ann', id: 'a', epoch: 'one', attempt: 1 };
const node: WorkMessage = { kind: 'node', ...of, parts: 25, level: 1, index: 2 };
const sequence: WorkMessage = { kind: 'sequence', ...of };
const decoded = (message: object) => decodeMessage(JSON.stringify({ format: 1, ...message }));

describe('a message', () => {
  it.each<WorkMessage>([
    node,
    { ...node, attempt: 0, parts: 1, level: 0, index: 0 },
    sequence,
    { ...sequence, step: 0 },
    { ...sequence, since: 7 },
    { ...sequence, tenant: 'x'.repeat(256), id: 'y'.repeat(256), epoch: 'z'.repeat(256) },
  ])('%# is the same after encoding and decoding', (message) => {
    expect(decodeMessage(encodeMessage(message))).toMatchObject(message);
  });

  it('carries its format', () => {
    expect(JSON.parse(encodeMessage(node))).toEqual({ format: 1, ...node });
  });

  it('may have unknown members, which are ignored', () => {
    expect(decoded({ ...node, colour: 'red' })).toEqual({ format: 1, ...node });
  });

  it.each(['tenant', 'id', 'epoch', 'attempt', 'kind', 'parts', 'level', 'index'])(
    'of a node is undefined without its %s',
    (member) => {
      expect(decoded({ ...node, [member]: undefined })).toBeUndefined();
    },
  );

  it.each(['tenant', 'id', 'epoch', 'attempt', 'kind'])(
    'of a sequence is undefined without its %s',
    (member) => {
      expect(decoded({ ...sequence, [member]: undefined })).toBeUndefined();
    },
  );

  it.each([
    { tenant: '' },
    { id: '' },
    { epoch: '' },
    { id: 'x'.repeat(257) },
    { attempt: -1 },
    { attempt: 1.5 },
    { parts: 0 },
    { level: -1 },
    { index: 0.5 },
    { kind: 'other' },
    { format: 0 },
    { format: '1' },
    { format: 1.5 },
    { format: undefined },
  ])('with %j is undefined', (wrong) => {
    expect(decoded({ ...node, ...wrong })).toBeUndefined();
  });

  it.each([{ step: -1 }, { step: 'x' }, { since: -1 }, { since: 0.5 }])(
    'of a sequence with %j is undefined',
    (wrong) => {
      expect(decoded({ ...sequence, ...wrong })).toBeUndefined();
    },
  );

  it('of a later format throws `UnknownWorkError`, whatever it holds', () => {
    expect(() => decodeMessage('{"format":2}')).toThrow(new UnknownWorkError('message format 2'));
    expect(() => decoded({ ...node, format: 7 })).toThrow(UnknownWorkError);
  });

  it.each(['', '{', 'null', '1', '[]', '"text"'])('is undefined for the body %j', (body) => {
    expect(decodeMessage(body)).toBeUndefined();
  });
});
