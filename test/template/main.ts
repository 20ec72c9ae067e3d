import '../../infra/node-version.mjs';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Change, changes } from './changes.ts';

/*
 * `npm run test:template`: does to a copy of the project what a team does, one change after the other. After each the
 * checks, the synthesis and the unit tests have to pass, and with all changes together every test that remains.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of what git knows, committed or not, in a folder of its own. */
const copyProject = (): string => {
  const copy = mkdtempSync(join(tmpdir(), 'template-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0').filter((each) => each !== '')) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
  // Biome and knip ask git which files to look at.
  execFileSync('git', ['init', '--quiet'], { cwd: copy });
  return copy;
};

const copy = copyProject();

/** Runs a command in the copy; what it printed when it failed, or undefined. */
const run = (command: string, args: readonly string[]): Promise<string | undefined> =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd: copy, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', ({ message }) => resolve(message));
    child.on('close', (code) => resolve(code === 0 ? undefined : output));
  });

const synthesis = (stage: string) =>
  ['npx', ['cdk', 'synth', '--quiet', '--no-notices', '-c', `stage=${stage}`]] as const;

/** What has to pass after each change. */
const checks = {
  'npm run check': ['npm', ['run', '--silent', 'check']],
  'synthesis of prod': synthesis('prod'),
  'npm run test:unit': ['npm', ['run', '--silent', 'test:unit']],
} as const;

let passed = 0;
let failed = 0;

/** Runs the commands side by side, and tells what became of each. */
const verify = async (
  what: string,
  commands: Readonly<Record<string, readonly [string, readonly string[]]>>,
) => {
  const runs = Object.entries(commands).map(async ([name, [command, args]]) => {
    const begin = performance.now();
    const output = await run(command, args);
    const seconds = ((performance.now() - begin) / 1_000).toFixed(0);
    if (output === undefined) {
      passed += 1;
      console.log(`  passed: ${name} (${seconds} s)`);
    } else {
      failed += 1;
      console.log(`  failed: ${name}, after ${what}\n${output.slice(-6_000)}`);
    }
  });
  await Promise.all(runs);
};

const editor: Parameters<Change['apply']>[0] = {
  read: (file) => readFileSync(join(copy, file), 'utf8'),
  write: (file, text) => {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), text);
  },
  remove: (file) => rmSync(join(copy, file), { recursive: true }),
};

try {
  for (const { name, apply } of changes) {
    console.log(`── ${name}`);
    apply(editor);
    await run('npx', ['biome', 'check', '--write', '.']); // a team's editor formats
    await verify(name, checks);
  }
  console.log('── with all changes together');
  await verify('all changes', { 'npm test': ['npm', ['test']] });
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${passed} checks of changed copies passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
