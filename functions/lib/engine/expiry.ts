import type { Clock } from '../ports.ts';
import { exists } from './computation.ts';
import type { ConditionalResult } from './ports.ts';

/** What an expired computation refuses is refused by nothing: for everybody outside it no longer exists. */
export const hideExpired = <T>(clock: Clock, attempted: ConditionalResult<T>): ConditionalResult<T> =>
  'applied' in attempted || exists(attempted.refused, clock.now()) ? attempted : { refused: undefined };
