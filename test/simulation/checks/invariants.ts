/** The design's invariants, as far as the engine alone decides them, and what follows from them. */
export const INVARIANT = {
  accounted: '1: an accepted computation is never lost',
  done: '1: a message is deleted only after its step is done',
  justified: '1: nothing fails without its reason',
  result: '2: the result is that of the tree folded in one process',
  terminal: '3: a terminal state changes only through retry, and nothing is overwritten',
  once: '4: without faults every part is computed once and every message sent once',
  wasted: '4: what has been reported is neither computed nor asked for again',
  cancelled: '5: what is over or cancelled gets no result, and starts no part any more',
  tenants: '6: tenants share nothing',
  answer: '7: an answer was true when it was given, and nobody is told that a write failed that was applied',
  bounded: '8: what travels and what is kept is bounded',
  lives: '9: nothing of an earlier life shows in a later one',
} as const;
