import { deadLetterMutants } from './dead-letters.ts';
import type { Mutant } from './mutant.ts';
import { queueMutants } from './queue.ts';
import { requestMutants } from './requests.ts';
import { sequenceMutants } from './sequence.ts';
import { storeMutants } from './store.ts';
import { sweeperMutants } from './sweeper.ts';
import { treeMutants } from './tree.ts';
import { workerMutants } from './worker.ts';

/** The simulation must catch each of them, or its silence about the engine means nothing. */
export const mutants: readonly Mutant[] = [
  ...treeMutants,
  ...workerMutants,
  ...sequenceMutants,
  ...deadLetterMutants,
  ...sweeperMutants,
  ...requestMutants,
  ...storeMutants,
  ...queueMutants,
];
