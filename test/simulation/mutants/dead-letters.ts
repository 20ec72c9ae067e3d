import type { Computation } from '../../../functions/lib/engine/computation.ts';
import { failFromDeadLetter } from '../../../functions/lib/engine/dead-letter.ts';
import { alwaysCrashed } from '../../../functions/lib/engine/failure.ts';
import type { SequenceMessage } from '../../../functions/lib/engine/message.ts';
import { fail } from '../../../functions/lib/engine/outcome.ts';
import type { Checkpoint, NodeRecord } from '../../../functions/lib/engine/ports.ts';
import { sendStartMessage } from '../../../functions/lib/engine/start-message.ts';
import { inside, moduleOf } from '../mutation/place.ts';
import { changed, type Mutant } from './mutant.ts';

export const deadLetterMutants: readonly Mutant[] = [
  changed(
    'a dead letter of an earlier attempt fails the later one',
    inside(failFromDeadLetter)
      .if((computation: Computation) => computation.attempt)
      .never(),
  ),
  changed(
    'a dead letter of an earlier life fails the later one',
    inside(failFromDeadLetter)
      .comparison((computation: Computation) => computation.epoch)
      .onlyPresence(),
  ),
  changed(
    'a late dead letter fails live work',
    moduleOf(failFromDeadLetter)
      .comparison((record: NodeRecord) => record.slots)
      .never(),
  ),
  changed(
    'a late dead letter fails a live sequence',
    moduleOf(failFromDeadLetter)
      .comparison((checkpoint: Checkpoint) => checkpoint.step)
      .never(),
  ),
  changed(
    'a dead letter is dropped in silence',
    inside(failFromDeadLetter).callWith(fail, alwaysCrashed).becomes(undefined),
  ),
  changed(
    'the dead letter of a restart passes for overtaken',
    inside(sendStartMessage)
      .property((message: SequenceMessage) => message.since)
      .becomes(0),
  ),
];
