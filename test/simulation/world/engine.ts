import type { SimulatedEngine } from '../mutation/decorators.ts';
import type { Instance } from './invocation.ts';
import { kernelHooks } from './kernel-hooks.ts';
import { kernelsOf } from './kernels.ts';
import type { Platform } from './platform.ts';
import { queuePort } from './queue-port.ts';
import { storePort } from './store-port.ts';

/** The engine as one instance of a function has it: time, chance, store and queue are those of the simulation. */
export const engineOf = (platform: Platform, instance: Instance): SimulatedEngine => {
  const { world, network } = platform;
  const retires = world.profile.deployment?.retires === true;
  const kernels = kernelsOf(instance.version, { retires, hooks: kernelHooks(platform, instance) });
  const engine: SimulatedEngine = {
    store: storePort(platform, instance),
    queue: queuePort(platform, instance),
    clock: instance,
    problemType: (name) => name,
    random: { bytes: (length) => world.dice.bytes(length) },
    limits: world.profile.limits,
    findKernel: (type, version) => {
      const found = kernels.find((kernel) => kernel.name === type && kernel.version === version);
      if (found === undefined) instance.current.unknownWork = true;
      return found;
    },
    contextFor: (_tenant, track) => ({
      read: () =>
        track(() =>
          network.call(instance.current, {
            name: 'read for the kernel',
            service: 'store',
            kind: 'read',
            apply: async () => {},
          }),
        ),
    }),
    observe: (event) => world.trace(instance.name, () => `· ${JSON.stringify(event)}`),
  };
  return platform.decorators.engine?.(engine, instance.role) ?? engine;
};
