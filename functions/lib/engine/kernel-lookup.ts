import type { Kernel } from './kernel.ts';

/** Kernels in the order of their names; of one name, the newest version first. */
const byNameAndVersion = (a: Kernel, b: Kernel): number => {
  if (a.name === b.name) return b.version - a.version;
  return a.name < b.name ? -1 : 1;
};

/** The kernels that a worker knows: the newest version of each name, and older ones that still have work. */
export const kernelLookup = <Context>(registered: readonly Kernel<Context>[]) => {
  const sorted = registered.toSorted(byNameAndVersion);
  const isNewest = ({ name }: Kernel<Context>, index: number) => name !== sorted[index - 1]?.name;
  const kernels: readonly Kernel<Context>[] = sorted.filter(isNewest);
  const older = sorted.filter((kernel) => !kernels.includes(kernel));
  return {
    /** The newest version of each kernel, by name: the types of computations that can be submitted. */
    kernels,
    /** The kernel of this name and version, or the newest of this name; undefined when there is none. */
    findKernel: (name: string, version?: number): Kernel<Context> | undefined =>
      [...kernels, ...older].find(
        (kernel) => kernel.name === name && (version === undefined || kernel.version === version),
      ),
  };
};
