/** What the suite is called: in names on AWS, in metrics, in the API document and on its pages. */
export const product = {
  /** Lower case, for names on AWS such as `spillway-prod-items-errors`. */
  name: 'spillway',
  /** As people write it; also the namespace of its metrics in CloudWatch. */
  title: 'Spillway',
  description: 'an items API, and heavy computations that fan out over SQS',
} as const;

/** The type (RFC 9457) of a problem that the suite defines itself. Clients compare it, so it must not change. */
export const problemType = (name: string): string => `urn:${product.name}:problem:${name}`;
