import { STATUS_CODES } from 'node:http';

/**
 * One reason why a request was refused. `pointer` is a JSON pointer (RFC 6901) in its URI fragment form: `#/name`
 * is a member of the body; other places start with `#/path`, `#/query` or `#/header`, as in `#/query/limit`.
 */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemOptions {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** A URI that names the kind of problem; `about:blank` says no more than the status. */
  readonly type?: string;
  /** By default the status' own phrase, as RFC 9457 wants it for `about:blank`. */
  readonly title?: string;
}

/** An answer that is an error (RFC 9457). Its detail goes to the client: it names no table, no cause, no value. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.status = status;
    this.detail = detail;
    this.type = options.type ?? 'about:blank';
    this.title = options.title ?? STATUS_CODES[status] ?? 'Error';
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }
}

/** 400: the request cannot be read. */
export const badRequest = (detail: string, errors?: readonly FieldError[]): Problem =>
  new Problem(400, detail, errors ? { errors } : {});

/** 401: the token does not say who asks. */
export const unauthorized = (detail: string): Problem =>
  new Problem(401, detail, { headers: { 'WWW-Authenticate': 'Bearer' } });

export const notFound = (detail: string): Problem => new Problem(404, detail);

export const conflict = (detail: string): Problem => new Problem(409, detail);

export const preconditionFailed = (): Problem =>
  new Problem(412, 'The resource is not in the state that the request asked for');

/** 422: the request was read and breaks its schema, in the places that are named. */
export const invalid = (errors: readonly FieldError[]): Problem =>
  new Problem(422, 'The request does not fit its schema', { errors });

/** 503: a dependency gives no answer now; the client may try again after so many whole seconds. */
export const unavailable = (retryAfterSeconds = 2): Problem =>
  new Problem(503, 'The service cannot answer now; try again later', {
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
