import { startSuite } from '../suite.ts';

/*
 * A suite in a process of its own, so that a test can kill it: `node main.ts DATA_DIR`. It prints the lines of the
 * functions, and one that says where it answers. SIGTERM ends it.
 */
const [dataDir = ''] = process.argv.slice(2);
const platform = await startSuite({ dataDir, onLog: ({ line }) => console.log(line) });
process.on('SIGTERM', () => void platform.stop().then(() => process.exit(0)));
console.log(JSON.stringify({ message: 'started', url: platform.url }));
