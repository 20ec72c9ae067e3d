import { sqsWorkQueue } from '../../../functions/lib/aws/work-queue.ts';
import { inside } from '../mutation/place.ts';
import { changed, decorated, type Mutant } from './mutant.ts';

export const queueMutants: readonly Mutant[] = [
  changed(
    'what SQS did not take is forgotten',
    inside(sqsWorkQueue)
      .callOf((failed: Set<string>) => failed.has)
      .never(),
  ),
  decorated('what SQS took is sent again with what it did not take', {
    refused: (refused, batch) => (refused.length > 0 ? batch : refused),
  }),
];
