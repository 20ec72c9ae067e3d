import type { EngineEvent } from '../engine/ports.ts';
import { count } from './context.ts';
import { errorFields, log } from './log.ts';
import { measured } from './metrics.ts';

/**
 * Writes down what the engine noticed, each in a line with the computation's id. A split and a computed part have
 * their message's line already, in which the part is counted.
 */
export const observeEngine = (event: EngineEvent): void => {
  switch (event.event) {
    case 'split':
      return;
    case 'computed':
      count('PartsComputed');
      return;
    case 'finished':
      log.info(event.event, {
        computation: event.id,
        ...measured({
          by: { Outcome: event.status },
          values: { Computations: 1, ComputationAge: event.ageMs },
        }),
      });
      return;
    case 'swept':
      log.info(event.event, {
        computation: event.id,
        ...measured({ by: { Action: event.action }, values: { Sweeps: 1 } }),
      });
      return;
    case 'unsent':
      log.warn('submission stored but not sent; the sweeper will', {
        computation: event.id,
        ...errorFields(event.cause),
      });
      return;
    default: {
      const { event: name, id, ...fields } = event;
      log.info(name, { ...(id !== undefined && { computation: id }), ...fields });
    }
  }
};
