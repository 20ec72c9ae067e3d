import { startSuite } from '../support/suite.ts';
import { sizeYoungGenerations } from './memory-sizes.ts';

// The platform in a process of its own: it says where it answers, and how much it keeps whenever it is asked.
const [dataDir = ''] = process.argv.slice(2);
const platform = await startSuite({ dataDir, adapt: sizeYoungGenerations });
process.on('message', () => {
  globalThis.gc?.();
  process.send?.(process.memoryUsage().heapUsed);
});
process.on('disconnect', () => void platform.stop().then(() => process.exit(0)));
process.send?.(platform.url);
