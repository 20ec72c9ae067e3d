import type { Instance, Invocation } from './invocation.ts';
import type { Hooks } from './kernels.ts';
import type { Platform } from './platform.ts';

/** Now and then a part takes so many times as long as usual. */
const SLOW = { share: 0.02, times: 4 };

/** What the kernels of an instance go through: parts take their time, throw, and take their process along. */
export const kernelHooks = (platform: Platform, instance: Instance): Hooks => {
  const { world, purpose } = platform;
  const { faults, dice, profile, scheduler } = world;

  const throwByChance = (by: Invocation) => {
    if (!faults.occurs('kernel threw')) return;
    by.kernelThrew = true;
    throw new Error('by chance');
  };

  const takeTime = (by: Invocation) =>
    new Promise<void>((resolve) => {
      by.pending += 1;
      const times = (dice.chance(SLOW.share) ? SLOW.times : 1) * (0.1 + dice.uniform());
      scheduler.after(profile.partMs * times, () => {
        if (by.isDead) return;
        by.pending -= 1;
        resolve();
      });
    });

  return {
    starts: ({ behaviour }, at) => {
      const by = instance.current;
      purpose.starts(by, at);
      const alwaysCrashes = behaviour.is === 'crashes' && behaviour.at === at;
      if (alwaysCrashes || faults.occurs('crash in a kernel')) {
        world.trace(instance.name, () => `crashes in part ${at}`);
        by.pending += 1;
        by.die();
        return new Promise(() => {});
      }
      if (faults.occurs('part hangs')) {
        world.trace(instance.name, () => `hangs in part ${at}`);
        by.pending += 1;
        return new Promise(() => {});
      }
      if (profile.partMs > 0) return takeTime(by).then(() => throwByChance(by));
      throwByChance(by);
      return undefined;
    },
    refuses: () => {
      faults.count('kernel refused');
      instance.current.kernelRefused = true;
    },
    throws: () => {
      instance.current.kernelThrew = true;
    },
    encodes: () => platform.nextNumber(),
  };
};
