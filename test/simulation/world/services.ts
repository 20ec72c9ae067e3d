import type { Lives } from '../checks/lives.ts';
import type { Network } from './network.ts';
import type { SimulatedQueue } from './sqs.ts';
import type { SimulatedStore } from './store.ts';
import type { World } from './world.ts';

/** What the functions run on, as far as the checks look at it. */
export interface Services {
  readonly world: World;
  readonly network: Network;
  readonly lives: Lives;
  readonly store: SimulatedStore;
  readonly queue: SimulatedQueue;
  readonly deadLetters: SimulatedQueue;
}
