import { stages } from './stages.ts';

const deployed = stages.filter((stage) => stage !== 'local');

/**
 * What the `cdk` command is to be told for `npm run deploy -- --stage dev …`; whatever follows the stage goes to it
 * as it is (`-c origins=…`, `--require-approval never`). Throws one sentence for a stage that is missing or is not
 * deployed: nobody should deploy to a stage by having forgotten to name another.
 */
export const deployCommand = (args: readonly string[]): string[] => {
  const at = args.indexOf('--stage');
  const stage = deployed.find((each) => at >= 0 && each === args[at + 1]);
  if (stage === undefined)
    throw new Error(`Name the stage to deploy: npm run deploy -- --stage ${deployed.join(' or --stage ')}.`);
  const rest = args.filter((_, index) => index !== at && index !== at + 1);
  // A diff that widens permissions or opens the network is shown and asked about.
  const approval = rest.includes('--require-approval') ? [] : ['--require-approval', 'broadening'];
  return ['deploy', '-c', `stage=${stage}`, ...approval, ...rest];
};
