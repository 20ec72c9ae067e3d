import type { EngineEvent } from '../engine/ports.ts';
import { annotate, incrementCounter } from './context.ts';
import { errorFields, log } from './log.ts';
import { metricFields } from './metrics.ts';

/**
 * Logs an event of the engine in a line with the computation's id. What one message led to (a split, a computed part,
 * nothing) is in that message's own line instead.
 */
export const observeEngine = (event: EngineEvent): void => {
  switch (event.event) {
    case 'split':
      return;
    case 'discarded':
      annotate({ discarded: event.reason });
      return;
    case 'computed':
      incrementCounter('PartsComputed');
      return;
    case 'finished':
      log.info(event.event, {
        computation: event.id,
        ...metricFields({
          by: { Outcome: event.status },
          values: { Computations: 1, ComputationAge: event.ageMs },
        }),
      });
      return;
    case 'swept':
      log.info(event.event, {
        computation: event.id,
        ...metricFields({ by: { Action: event.action }, values: { Sweeps: 1 } }),
      });
      return;
    case 'send-failed':
      log.warn('submission stored but not sent; the sweeper will send it', {
        computation: event.id,
        ...errorFields(event.cause),
      });
      return;
    case 'checkpoint':
      log.info(event.event, { computation: event.id, step: event.step });
      return;
  }
};
