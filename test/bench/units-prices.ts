import { functions } from '../../functions/manifest.ts';
import type { Usage } from './units-suite.ts';

/** US dollars in us-east-1, before AWS's free tier. */
const PRICES = {
  /** A million requests to an HTTP API, of 512 KB each. */
  apiRequests: 1,
  /** A million invocations. */
  invocations: 0.2,
  /** A GB-second on arm64. */
  gigabyteSecond: 0.0000133334,
  /** A million write units, on demand. */
  writes: 0.625,
  /** A million read units, on demand. */
  reads: 0.125,
  /** A million requests to SQS. */
  sqs: 0.4,
  /** A GB of log lines taken in. */
  logGigabyte: 0.5,
} as const;

export const PRICES_NOTE =
  "Prices are AWS's list prices for us-east-1 in November 2026, from notes of this project. They could not be checked against AWS's own pages. Those of SQS and DynamoDB are from secondary sources.";

const MEGA = 1_000_000;
const GIB = 2 ** 30;

/** Milliseconds that an invocation is assumed to be billed for, without what a kernel computes. */
export const BILLED_MS = { request: 10, message: 20 } as const;

/** What Lambda itself writes to the log of each invocation: START, END and REPORT, with 26 bytes of CloudWatch's own a line. */
export const PLATFORM_LOG_BYTES = 450;

const gigabytes = (megabytes: number) => megabytes / 1_024;

/** What a million of something costs, by service, in US dollars. */
export interface Bill {
  readonly api: number;
  readonly lambda: number;
  readonly dynamodb: number;
  readonly sqs: number;
  readonly logs: number;
}

/** The bill for a million of what used this; one of its invocations is for a request, the others for messages. */
export const millionOf = ({ writes, reads, sqs, invocations, logBytes }: Usage): Bill => {
  const gigabyteSeconds =
    (gigabytes(functions.computations.memoryMegabytes) * BILLED_MS.request +
      gigabytes(functions.worker.memoryMegabytes) * BILLED_MS.message * (invocations - 1)) /
    1_000;
  return {
    api: PRICES.apiRequests,
    lambda: invocations * PRICES.invocations + gigabyteSeconds * PRICES.gigabyteSecond * MEGA,
    dynamodb: writes * PRICES.writes + reads * PRICES.reads,
    sqs: sqs * PRICES.sqs,
    logs: ((logBytes + PLATFORM_LOG_BYTES * invocations) / GIB) * PRICES.logGigabyte * MEGA,
  };
};

/** What a million parts that compute for a second each add, in US dollars. */
export const MILLION_SECONDS = gigabytes(functions.worker.memoryMegabytes) * PRICES.gigabyteSecond * MEGA;
