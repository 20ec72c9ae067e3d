import { manifest } from '../../functions/manifest.ts';
import { assetBytes } from '../../infra/bundle/build.ts';
import type { Figure } from './figure.ts';

const kilobytes = (bytes: number): string => (bytes / 1024).toFixed(1);

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);

export const assetSizes: Figure = {
  name: 'asset-size',
  title: 'Asset size',
  about:
    'Kilobytes of JavaScript in the asset of each function, by the package that they come from. Every byte is counted. `test/bench/assets.test.ts` holds each total under a budget.',
  async measure() {
    const names = Object.keys(manifest.functions);
    const sizes = await Promise.all(
      Object.entries(manifest.functions).map(([name, { runsKernels = false }]) =>
        assetBytes(`functions/${name}/handler.ts`, { runsKernels }),
      ),
    );
    const totals = new Map<string, number>();
    for (const [name, bytes] of sizes.flatMap((size) => [...size])) {
      totals.set(name, (totals.get(name) ?? 0) + bytes);
    }
    const packages = [...totals.keys()].toSorted((a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0));
    const cell = (bytes: number | undefined) => (bytes === undefined ? '' : kilobytes(bytes));
    return {
      columns: ['package', ...names],
      rows: [
        ['all', ...sizes.map((size) => kilobytes(sum(size.values())))],
        ...packages.map((name) => [name, ...sizes.map((size) => cell(size.get(name)))]),
      ],
    };
  },
};
