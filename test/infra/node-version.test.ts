import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const check = fileURLToPath(new URL('../../infra/node-version.mjs', import.meta.url));

/** Runs the check in a Node.js that claims to be of this version. */
const runOn = (version: string) => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  const program = 'process.stdout.write("ran")';
  return spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, '--import', check, '--eval', program],
    { encoding: 'utf8' },
  );
};

describe('the check of the Node.js version', () => {
  test.each(['24.0.0', '26.1.0', '100.0.0'])('lets %s through', (version) => {
    expect(runOn(version)).toMatchObject({ status: 0, stdout: 'ran', stderr: '' });
  });

  test.each(['20.20.2', '9.0.0', '23.11.1'])('stops %s with one sentence that says what to do', (version) => {
    const { status, stdout, stderr } = runOn(version);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`this is ${version}: use \`npm start\``);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
