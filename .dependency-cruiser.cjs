// Who may import whom: the table of docs/architecture.md ("Libs") as rules, so that the table stays true.

const test = '(\\.spec\\.tsx?$|/test/|^e2e/|^bench/)';
/** Every folder that holds code of ours. */
const ours = '^(libs|services|tools|web|e2e|bench)/';

const libsMayImport = {
  errors: [],
  contracts: ['errors'],
  deidentify: [],
  crypto: ['errors'],
  egress: ['errors'],
  telemetry: ['errors'],
  db: ['errors', 'telemetry'],
  auth: ['contracts', 'errors', 'telemetry'],
  bus: ['auth', 'contracts', 'db', 'errors', 'telemetry'],
};
/** Packages that only calculate: domain code may use them. */
const purePackages = ['temporal-polyfill'];
/** These also run in the browser. */
const browserLibs = '^libs/(errors|contracts|deidentify)/src/';

/** Tests may use libs/testing besides what the code they test may import. */
const libRules = Object.entries(libsMayImport).flatMap(([lib, allowed]) => [
  {
    name: `lib-${lib}`,
    comment: `libs/${lib} may import ${allowed.join(', ') || 'nothing of ours'}.`,
    severity: 'error',
    from: { path: `^libs/${lib}/`, pathNot: test },
    to: { path: ours, pathNot: `^libs/(${[lib, ...allowed].join('|')})/` },
  },
  {
    name: `lib-${lib}-tests`,
    comment: `Tests of libs/${lib} may import ${[...allowed, 'testing'].join(', ')}.`,
    severity: 'error',
    from: { path: `^libs/${lib}/(.*\\.spec\\.ts$|test/)` },
    to: { path: ours, pathNot: `^libs/(${[lib, ...allowed, 'testing'].join('|')})/` },
  },
]);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...libRules,
    {
      name: 'lib-without-a-row',
      comment: 'A new lib gets a row in architecture.md and in `libsMayImport` first.',
      severity: 'error',
      from: { path: '^libs/', pathNot: `^libs/(${[...Object.keys(libsMayImport), 'testing'].join('|')})/` },
      to: {},
    },
    {
      name: 'browser-libs-stay-portable',
      comment:
        'errors, contracts and deidentify run in the browser too: no Node module, and no package but zod.',
      severity: 'error',
      from: { path: browserLibs, pathNot: test },
      to: { pathNot: ['^libs/', '^node_modules/zod/'] },
    },
    {
      name: 'only-tests-import-testing',
      severity: 'error',
      from: { pathNot: [test, '^libs/testing/'] },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'service-to-libs-only',
      comment: 'A service imports libs and itself. It reaches another service over the bus.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: ours, pathNot: ['^services/$1/', '^libs/'] },
    },
    {
      name: 'domain-is-pure',
      comment:
        'domain/ imports itself, contracts and errors: no I/O, no framework; of packages only `purePackages`.',
      severity: 'error',
      from: { path: '^services/([^/]+)/src/domain/', pathNot: test },
      to: {
        pathNot: [
          '^services/$1/src/domain/',
          '^libs/(contracts|errors)/',
          `^node_modules/(${purePackages.join('|')})/`,
        ],
      },
    },
    {
      name: 'doors-are-outermost',
      comment:
        'http|bus → commands|queries → data. A command or query does not know which door it was called through.',
      severity: 'error',
      from: { path: '^services/([^/]+)/src/(commands|queries|data)/', pathNot: test },
      to: { path: '^services/$1/src/(http|bus)/' },
    },
    {
      name: 'data-is-innermost',
      severity: 'error',
      from: { path: '^services/([^/]+)/src/data/', pathNot: test },
      to: { path: '^services/$1/src/(commands|queries)/' },
    },
    {
      name: 'web-imports-browser-libs',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: ours, pathNot: ['^web/', '^libs/(contracts|errors|deidentify)/'] },
    },
    {
      name: 'through-the-front-door',
      comment:
        'Import another package by its name, not by a path into its src/: what its index does not export is its own.',
      severity: 'error',
      from: { path: '^((?:libs|services|tools)/[^/]+|web|e2e|bench)/' },
      to: {
        path: '^(libs|services|tools|web)/.*/src/',
        pathNot: ['^$1/', '^(libs|tools)/[^/]+/src/index\\.ts$'],
      },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      comment: 'Nothing imports it and it imports nothing: dead code, or a program to be named here.',
      severity: 'error',
      from: {
        orphan: true,
        path: ours,
        pathNot: [test, '/src/main\\.ts$', '\\.d\\.ts$', '^tools/bootstrap/'],
      },
      to: {},
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere, or to a package that package.json does not name.',
      severity: 'error',
      from: { path: ours },
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: "Name the package in the importing workspace's package.json (tests may also use the root's).",
      severity: 'error',
      from: { path: ours, pathNot: '^tools/bootstrap/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-development-packages-in-programs',
      // A package that tests use too may be declared twice: by the program, and at the root for development.
      severity: 'error',
      from: { path: '/src/', pathNot: [test, '^libs/testing/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Also see `import type`: a type from the wrong side couples as much as a value.
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(libs|services|tools)/[^/]+/dist/|^web/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@definitivedx/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
