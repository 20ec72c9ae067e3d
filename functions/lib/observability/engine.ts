import type { EngineEvent } from '../engine/ports.ts';
import { errorFields, log } from './log.ts';
import { measured } from './metrics.ts';

/**
 * Writes down what the engine noticed. That a node was split is left out, for its message has a line already, and
 * so has a part that was computed, but it is counted.
 */
export const observeEngine = (event: EngineEvent): void => {
  switch (event.event) {
    case 'split':
      return;
    case 'computed':
      log.info(event.event, { id: event.id, ...measured({ values: { PartsComputed: 1 } }) });
      return;
    case 'finished':
      log.info(event.event, {
        id: event.id,
        ...measured({
          by: { Outcome: event.status },
          values: { Computations: 1, ComputationAge: event.ageMs },
        }),
      });
      return;
    case 'swept':
      log.info(event.event, {
        id: event.id,
        ...measured({ by: { Action: event.action }, values: { Sweeps: 1 } }),
      });
      return;
    case 'unsent':
      log.warn('submission stored but not sent; the sweeper will', {
        id: event.id,
        ...errorFields(event.cause),
      });
      return;
    default: {
      const { event: name, ...fields } = event;
      log.info(name, fields);
    }
  }
};
