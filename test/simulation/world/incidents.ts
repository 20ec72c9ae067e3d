import type { Fault } from '../faults.ts';
import type { Functions } from './functions.ts';
import type { Platform } from './platform.ts';

/** How long after a request an incident happens, in milliseconds. */
const SOON_MS = 10;
const LATE_MS = 600_000;

/** What happens by itself, at some time after one of the requests, which were made at the times of `asked`. */
export const scheduleIncidents = (
  platform: Platform,
  functions: Functions,
  asked: readonly number[],
): void => {
  const { world } = platform;
  const { dice, faults, scheduler } = world;
  const sometimes = (fault: Fault, happen: () => boolean) => {
    for (let count = faults.rate(fault); count > 0; count -= 1) {
      scheduler.at(dice.pick(asked) + dice.scale(SOON_MS, LATE_MS), () => {
        if (faults.rate(fault) > 0 && happen()) faults.count(fault);
      });
    }
  };
  sometimes('queue lost everything', () => {
    if (platform.queue.size === 0) return false;
    world.trace('SQS', () => `loses ${platform.queue.size} messages`);
    platform.loseEverything();
    return true;
  });
  sometimes('old message delivered again', () => {
    if (platform.sentBodies.length === 0) return false;
    const body = dice.pick(platform.sentBodies);
    world.trace('SQS', () => `delivers again ${body}`);
    platform.queue.send(body);
    platform.onArrival();
    return true;
  });
  sometimes('late dead letter', () => {
    const harmless = platform.sentBodies.filter((body) => platform.responsibility.isObsolete(body));
    if (harmless.length === 0) return false;
    const body = dice.pick(harmless);
    world.trace('SQS', () => `has a dead letter ${body}`);
    platform.deadLetters.send(body);
    platform.onArrival();
    return true;
  });
  sometimes('unreadable message', () => {
    platform.queue.send(
      dice.pick([
        '',
        'nonsense',
        '[]',
        '{"format":1}',
        '{"format":1,"kind":"node","level":-1}',
        'null',
        '{"format":7}',
      ]),
    );
    platform.onArrival();
    return true;
  });
  sometimes('sweep off schedule', () => {
    functions.sweep(false);
    return true;
  });
  sometimes('sweep of everything', () => {
    functions.sweep(true);
    return true;
  });
};
