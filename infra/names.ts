import { Fn, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** A part for names that have to be unique in a region or among everybody: the last part of the stack's own id. */
export const uniquePart = (scope: Construct): string =>
  Fn.select(4, Fn.split('-', Fn.select(2, Fn.split('/', Stack.of(scope).stackId))));
