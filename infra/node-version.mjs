// Plain JavaScript, because a Node.js that is too old cannot read TypeScript: preload it (`node --import`), and
// import it before anything else in an entry point, so that the answer is this sentence and not a stack trace.
const oldest = 24;

if (Number.parseInt(process.versions.node, 10) < oldest) {
  process.stderr.write(
    `Spillway runs on Node.js ${oldest} or newer and this is ${process.versions.node}: use \`npm start\`, \`npm test\` or \`npx cdk\`, ` +
      'which take the version pinned in package.json, after an `npm ci` that was allowed to run install scripts.\n',
  );
  process.exit(1);
}
