import './node-version.mjs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { deployCommand } from './deploy-command.ts';

// `npm run deploy -- --stage dev`
try {
  const { status } = spawnSync(
    fileURLToPath(new URL('../node_modules/.bin/cdk', import.meta.url)),
    deployCommand(process.argv.slice(2)),
    { stdio: 'inherit', cwd: fileURLToPath(new URL('..', import.meta.url)) },
  );
  process.exitCode = status ?? 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
