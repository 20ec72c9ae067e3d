import type { Profile } from './profile.ts';
import type { Dice } from './world/dice.ts';
import type { Behaviour, Input } from './world/kernels.ts';

const TENANTS = ['acme', 'bolt'] as const;

/** Something to compute. */
export interface Work {
  readonly type: 'words' | 'steps';
  readonly input: Input;
}

/** How a submission is identified. */
export type IdentifiedBy =
  | { readonly by: 'content' }
  | { readonly by: 'key'; readonly key: string; readonly collides: boolean }
  | { readonly by: 'fresh' };

export type Action =
  | { readonly do: 'submit'; readonly work: Work; readonly as: IdentifiedBy }
  | { readonly do: 'cancel' | 'retry' | 'remove' | 'read'; readonly which: number | 'last' }
  | { readonly do: 'list'; readonly limit: number };

/** What a client asks for, and when, in milliseconds from the start. */
export interface Request {
  readonly at: number;
  readonly tenant: (typeof TENANTS)[number];
  readonly action: Action;
}

const drawBehaviour = (dice: Dice, size: number, isStorm: boolean): Behaviour => {
  if (!isStorm || dice.chance(0.7)) return { is: 'well' };
  const at = dice.whole(0, size - 1);
  return dice.pick<Behaviour>([
    { is: 'crashes', at },
    { is: 'refuses', at },
    { is: 'throws', at },
    { is: 'crashes', at },
    { is: 'large part', at },
    { is: 'large result' },
    { is: 'cannot combine' },
  ]);
};

const drawWork = (dice: Dice, salt: string, isStorm: boolean): Work => {
  if (dice.chance(0.35)) {
    const size = dice.whole(1, 14);
    return { type: 'steps', input: { size, salt, behaviour: drawBehaviour(dice, size, isStorm) } };
  }
  const size = dice.pick([1, dice.whole(2, 10), dice.whole(2, 10), dice.whole(11, 30), dice.whole(31, 120)]);
  return { type: 'words', input: { size, salt, behaviour: drawBehaviour(dice, size, isStorm) } };
};

/**
 * What the clients of a history do: few works, asked for again and again by two tenants and all ways to identify
 * them, and managed while they run, all at gaps of any scale, so that requests meet.
 */
export const drawPlan = (dice: Dice, profile: Profile): Request[] => {
  const isStorm = profile.kind === 'storm';
  const works = Array.from({ length: dice.whole(1, 3) }, (_, at) =>
    drawWork(dice, 'abc'.charAt(at), isStorm),
  );
  const collides = dice.chance(0.3);
  const requests: Request[] = [];
  let at = 0;
  for (let count = 0; count < profile.requests; count += 1) {
    const tenant = dice.pick(TENANTS);
    const roll = count === 0 ? 0 : dice.uniform();
    const action = drawAction(dice, roll, works, collides);
    const request = { at, tenant, action };
    requests.push(request);
    if (action.do === 'submit' && dice.chance(0.3)) requests.push(...drawSequel(dice, profile, request));
    at = Math.min(profile.busyMs, at + dice.scale(1, (4 * profile.busyMs) / profile.requests));
  }
  return requests;
};

/** Nobody waits for so long. */
const LONG_MS = 2 * 3_600_000;

/** How often a client reads a computation shortly before it is cancelled, so that a read meets the cancel. */
const MAX_POLLS = 4;

/** What is submitted is cancelled soon, then queued again, or removed and created again, or left until it has expired. */
const drawSequel = (dice: Dice, profile: Profile, first: Request): Request[] => {
  const after = (request: Request, action: Action, ms = dice.scale(10, 5_000)) => ({
    ...request,
    at: request.at + ms,
    action,
  });
  const last = (what: 'cancel' | 'retry' | 'remove' | 'read'): Action => ({ do: what, which: 'last' });
  const cancelled = after(first, last('cancel'));
  const reads = Array.from({ length: dice.whole(0, MAX_POLLS) }, () => {
    const before = dice.scale(1, 1_000);
    return { ...cancelled, at: Math.max(first.at, cancelled.at - before), action: last('read') };
  });
  const sequel = dice.whole(0, 3);
  if (sequel === 0) {
    const removed = after(cancelled, last('remove'));
    return [...reads, cancelled, removed, after(removed, first.action)];
  }
  if (sequel === 1 && profile.limits.retentionMs < LONG_MS) {
    return [...reads, cancelled, after(cancelled, last('retry'), profile.limits.retentionMs + 1_000)];
  }
  const retried = after(cancelled, last('retry'));
  const more = sequel === 2 ? [] : [after(retried, last('cancel'))];
  return [...reads, cancelled, retried, ...more];
};

const drawAction = (dice: Dice, roll: number, works: readonly Work[], collides: boolean): Action => {
  if (roll < 0.5) {
    const work = dice.pick(works);
    const as = dice.pick<IdentifiedBy>([
      { by: 'content' },
      { by: 'content' },
      { by: 'key', key: dice.pick(['one', 'two']), collides },
      { by: 'fresh' },
    ]);
    return { do: 'submit', work, as };
  }
  const which = dice.uniform();
  if (roll < 0.62) return { do: 'cancel', which };
  if (roll < 0.72) return { do: 'retry', which };
  if (roll < 0.8) return { do: 'remove', which };
  if (roll < 0.92) return { do: 'read', which };
  return { do: 'list', limit: dice.pick([1, 3, 10]) };
};
