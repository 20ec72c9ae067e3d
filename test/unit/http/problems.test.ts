import { describe, expect, it } from 'vitest';
import {
  badRequest,
  conflict,
  invalid,
  notFound,
  Problem,
  preconditionFailed,
  unauthorized,
  unavailable,
} from '../../../functions/lib/http/problem.ts';

const errors = [{ pointer: '#/a', detail: 'is required' }];
const plain = { type: 'about:blank', errors: undefined, headers: {} };

describe('a problem', () => {
  it.each([
    [badRequest('no'), { ...plain, status: 400, title: 'Bad Request', detail: 'no' }],
    [badRequest('no', errors), { ...plain, status: 400, title: 'Bad Request', detail: 'no', errors }],
    [
      unauthorized('who?'),
      {
        ...plain,
        status: 401,
        title: 'Unauthorized',
        detail: 'who?',
        headers: { 'WWW-Authenticate': 'Bearer' },
      },
    ],
    [notFound('gone'), { ...plain, status: 404, title: 'Not Found', detail: 'gone' }],
    [conflict('there'), { ...plain, status: 409, title: 'Conflict', detail: 'there' }],
    [
      preconditionFailed(),
      {
        ...plain,
        status: 412,
        title: 'Precondition Failed',
        detail: 'The resource is not in the state that the request asked for',
      },
    ],
    [
      invalid(errors),
      {
        ...plain,
        status: 422,
        title: 'Unprocessable Entity',
        detail: 'The request does not fit its schema',
        errors,
      },
    ],
    [
      unavailable(),
      {
        ...plain,
        status: 503,
        title: 'Service Unavailable',
        detail: 'The service cannot answer now; try again later',
        headers: { 'Retry-After': '2' },
      },
    ],
  ])('%s is told whole', (problem, told) => {
    const { status, type, title, detail, errors, headers } = problem;
    expect({ status, type, title, detail, errors, headers }).toEqual(told);
  });

  it('says after how many seconds to try again', () => {
    expect(unavailable(9).headers).toEqual({ 'Retry-After': '9' });
  });

  it('may have a title of its own, and has one where the status has none', () => {
    expect(new Problem(404, 'x', { title: 'Lost' }).title).toBe('Lost');
    expect(new Problem(599, 'x').title).toBe('Error');
  });

  it('is an error with a name, whose message is its detail', () => {
    expect(notFound('gone')).toMatchObject({ name: 'Problem', message: 'gone' });
  });
});
