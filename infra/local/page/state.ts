import type { Counts } from '../lambda/lambda-function.ts';
import type { JournalEntry } from '../log/journal.ts';
import type { Platform } from '../platform.ts';
import type { Panel } from '../plugin.ts';
import type { QueueDepth } from '../queue/sqs.ts';
import type { TableSize } from '../storage/table-size.ts';

/** All that the page shows, at one moment. Times are milliseconds since the epoch. */
export interface PageState {
  /** When the platform started: another one means that it was started again. */
  readonly startedAt: number;
  readonly now: number;
  readonly functions: readonly (Counts & {
    readonly label: string;
    readonly name: string;
    readonly instances: number;
    readonly running: number;
  })[];
  readonly queues: readonly (QueueDepth & { readonly label: string; readonly name: string })[];
  readonly tables: readonly (TableSize & { readonly label: string; readonly name: string })[];
  /** What the panels of plugins show, by their names. */
  readonly panels: Readonly<Record<string, unknown>>;
  /** The newest lines, oldest first. */
  readonly journal: readonly JournalEntry[];
}

/** Looks at everything at once. Rejects when a service cannot answer. */
export const pageState = (platform: Platform, panels: readonly Panel[]): (() => Promise<PageState>) => {
  const startedAt = Date.now();
  const shown = panels.flatMap(({ name, dataOf }) => {
    const data = dataOf(platform);
    return data === undefined ? [] : [{ name, data }];
  });
  return async () => {
    const [queues, tables, panelData] = await Promise.all([
      Promise.all(
        platform.queues.map(async (queue) => ({
          label: queue.label,
          name: queue.name,
          ...(await queue.depth()),
        })),
      ),
      Promise.all(
        platform.tables.map(async (table) => ({
          label: table.label,
          name: table.name,
          ...(await table.size()),
        })),
      ),
      Promise.all(shown.map(async ({ name, data }) => [name, await data()] as const)),
    ]);
    return {
      startedAt,
      now: Date.now(),
      functions: platform.functions.map(({ label, name, instances, running, counts }) => ({
        label,
        name,
        instances,
        running,
        ...counts,
      })),
      queues,
      tables,
      panels: Object.fromEntries(panelData),
      journal: platform.journal,
    };
  };
};
