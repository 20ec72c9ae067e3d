/*
 * Who may know whom (docs/adr/0020-one-manifest-and-who-may-know-whom.md). Types count like values. There is no exception:
 * what does not fit belongs into another room.
 */
const test = '\\.(test|bench|reference)\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Modules that import each other cannot be read, tested or moved one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'lib-knows-itself',
      comment: 'functions/lib is the framework: it knows no function, no kernel, no stack and no test.',
      severity: 'error',
      from: { path: '^functions/lib/' },
      to: { path: '^(functions/(?!lib/)|infra/|test/)' },
    },
    {
      name: 'engine-is-pure',
      comment:
        'The engine gets store, queue, clock and randomness handed in, so that it also runs in the simulator.',
      severity: 'error',
      from: { path: '^functions/lib/engine/' },
      to: { path: '^functions/lib/', pathNot: '^functions/lib/(engine/|(lazy|ports|bounded-map)\\.ts$)' },
    },
    {
      name: 'logic-without-sdk',
      comment: 'Only adapters speak to AWS.',
      severity: 'error',
      from: { path: '^functions/lib/(engine|http|kernel|computations)/' },
      to: { path: '(^|/)node_modules/@(aws-sdk|smithy)/' },
    },
    {
      name: 'function-knows-lib',
      comment:
        'A function knows lib, the limits, the product and what it computes with; never another function.',
      severity: 'error',
      from: { path: '^functions/(?!lib/|kernels/)([^/]+)/' },
      to: {
        path: '^(functions/|infra/|test/)',
        pathNot: '^functions/($1/|lib/|kernels/index\\.ts$|limits\\.ts$|product\\.ts$)',
      },
    },
    {
      name: 'kernel-stands-alone',
      comment: 'A kernel can be deleted: it knows lib only, and only the registry knows it.',
      severity: 'error',
      from: { path: '^functions/kernels/([^/]+)/', pathNot: test },
      to: { path: '^(functions/|infra/|test/)', pathNot: '^functions/(kernels/$1/|lib/)' },
    },
    {
      name: 'kernel-is-found-in-the-registry',
      comment: 'Whoever names a kernel breaks when a team deletes it.',
      severity: 'error',
      from: { pathNot: '^functions/kernels/' },
      to: { path: '^functions/kernels/[^/]+/' },
    },
    {
      name: 'kernel-tests-bring-their-own',
      comment: 'The tests of a kernel lie in its folder and may use what tests have in common.',
      severity: 'error',
      from: { path: `^functions/.*${test}` },
      to: { path: '^(infra/|test/(?!(support|bench)/))' },
    },
    {
      name: 'manifest-knows-no-handler',
      comment: 'The manifest is read where nothing of AWS is there: it knows operations and environments.',
      severity: 'error',
      from: { path: '^functions/(manifest|limits|product)\\.ts$' },
      to: {
        path: '^(functions/|infra/|test/)',
        pathNot: '^functions/(lib/|limits\\.ts$|[^/]+/(operations|environment)\\.ts$)',
      },
    },
    {
      name: 'infra-knows-the-manifest',
      comment: 'The stack is derived from the manifest: it never looks into a function.',
      severity: 'error',
      from: { path: '^infra/' },
      to: {
        path: '^(functions/|test/)',
        pathNot: '^functions/(lib/|kernels/(index|registry)\\.ts$|(manifest|limits|product)\\.ts$)',
      },
    },
    {
      name: 'platform-knows-templates',
      comment: 'The local platform runs any synthesized stack: it knows a template, its assets and itself.',
      severity: 'error',
      from: { path: '^infra/local/' },
      to: { path: '^(functions/|infra/(?!local/)|test/)' },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(/assembly/|\\.wasm\\.ts$)' },
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js', '.json'] },
  },
};
