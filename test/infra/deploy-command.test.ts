import { describe, expect, test } from 'vitest';
import { deployCommand } from '../../infra/deploy-command.ts';

describe('npm run deploy', () => {
  test('deploys the stage that is named, and asks before permissions get wider', () => {
    expect(deployCommand(['--stage', 'dev'])).toEqual([
      'deploy',
      '-c',
      'stage=dev',
      '--require-approval',
      'broadening',
    ]);
  });

  test('hands what else it is told to the cdk command', () => {
    expect(
      deployCommand(['-c', 'origins=https://example.com', '--stage', 'prod', '--require-approval', 'never']),
    ).toEqual([
      'deploy',
      '-c',
      'stage=prod',
      '-c',
      'origins=https://example.com',
      '--require-approval',
      'never',
    ]);
  });

  test.each([[[]], [['--stage']], [['--stage', 'local']], [['--stage', 'staging']], [['dev']]])(
    'deploys nothing when the stage is missing or not one to deploy: %j',
    (args) => {
      expect(() => deployCommand(args)).toThrow('npm run deploy -- --stage dev or --stage prod');
    },
  );
});
