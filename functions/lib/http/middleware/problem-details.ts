import type { MiddlewareObj } from '@middy/core';
import { CircuitOpenError } from '../../resilience/errors.ts';
import { isInfrastructureError } from '../../resilience/infrastructure-error.ts';
import { Problem, unavailable } from '../problem.ts';
import type { HttpEvent, HttpResult } from './event.ts';

/** A path longer than this is not sent back. */
const MAX_INSTANCE_LENGTH = 1_024;

/**
 * Answers every error as problem details (RFC 9457): a `Problem` as it says, an error of the function's own domain as
 * `problemOf` says, trouble of the infrastructure as 503 with `Retry-After`, and anything else as a 500 that tells
 * nothing. `instance` is the path of the request; API Gateway's own `apigw-requestid` header names the occurrence.
 */
export const problemDetails = (
  problemOf: (error: unknown) => Problem | undefined = () => undefined,
): MiddlewareObj<HttpEvent, HttpResult> => ({
  onError: (request) => {
    const problem = problemOf(request.error) ?? toProblem(request.error);
    request.response = problemResult(problem, request.event.rawPath);
  },
});

const toProblem = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof CircuitOpenError) return unavailable(error.retryAfterSeconds);
  if (isInfrastructureError(error)) return unavailable();
  return new Problem(500, 'The service made a mistake; it has been recorded');
};

const problemResult = (problem: Problem, path: string): HttpResult => {
  const { type, title, status, detail, errors } = problem;
  const instance = path.length <= MAX_INSTANCE_LENGTH ? encodeURI(path.toWellFormed()) : undefined;
  return {
    statusCode: status,
    headers: {
      ...problem.headers,
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
    },
    body: JSON.stringify({ type, title, status, detail, instance, errors }),
  };
};
