import './node-version.mjs';
import { App } from 'aws-cdk-lib';
import { build } from './bundle/build.ts';
import { parseIdentity } from './identity.ts';
import { parseOrigins } from './stages.ts';
import { addStack } from './synthesize.ts';

// What the `cdk` command runs: `npx cdk synth`, `npx cdk deploy -c stage=prod -c origins=https://example.com`.
const app = new App();
const stage = String(app.node.tryGetContext('stage') ?? 'dev');
const origins = parseOrigins(app.node.tryGetContext('origins'));
const identity = parseIdentity({
  issuer: app.node.tryGetContext('issuer'),
  audience: app.node.tryGetContext('audience'),
  tenantClaim: app.node.tryGetContext('tenantClaim'),
});
const ignoreAlarms = String(app.node.tryGetContext('ignoreAlarms') ?? false) === 'true';
addStack(app, { stage, assets: await build(), origins, identity, ignoreAlarms });
app.synth();
