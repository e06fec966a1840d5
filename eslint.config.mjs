import tseslint from 'typescript-eslint';

const tests = ['**/*.spec.ts', '**/test/**/*.ts', 'libs/testing/**/*.ts'];
/** Programs whose output is for the person at the terminal; everything else writes through libs/telemetry. */
const terminalPrograms = [
  'tools/**',
  'bench/src/main.ts',
  'services/*/src/{migrate,openapi}.ts',
  '.ci/**',
  '*.{mjs,cjs}',
  ...tests,
];

/** ESLint's own rules that TypeScript does not already cover, listed here because they need no package. */
const core = {
  eqeqeq: 'error',
  'no-async-promise-executor': 'error',
  'no-cond-assign': 'error',
  'no-console': 'error',
  'no-constant-binary-expression': 'error',
  'no-control-regex': 'error',
  'no-debugger': 'error',
  'no-empty': 'error',
  'no-eval': 'error',
  'no-fallthrough': 'error',
  'no-misleading-character-class': 'error',
  'no-self-assign': 'error',
  'no-self-compare': 'error',
  'no-unmodified-loop-condition': 'error',
  'no-unsafe-finally': 'error',
  'no-useless-catch': 'error',
  'no-useless-escape': 'error',
  'no-useless-rename': 'error',
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
  'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
};

const typed = {
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
  ],
  // The rule itself stands back in files with decorators, where an injected class must be a value import.
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-import-type-side-effects': 'error',
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
  ],
  // Nest modules are classes with a decorator and an empty body.
  '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
  '@typescript-eslint/no-empty-function': ['error', { allow: ['decoratedFunctions', 'overrideMethods'] }],
  // Numbers and booleans read well in a message; objects and undefined do not.
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  '@typescript-eslint/no-confusing-void-expression': [
    'error',
    { ignoreArrowShorthand: true, ignoreVoidOperator: true },
  ],
  // It believes a stop flag cannot change across an `await`, and types that promise more than run time keeps
  // (`JSON.stringify` of undefined, data from outside): its finds are loops and guards that are needed.
  '@typescript-eslint/no-unnecessary-condition': 'off',
  // Signatures of Nest's (`unwrap<T>()`) and rows of an SQL statement are typed by their caller.
  '@typescript-eslint/no-unnecessary-type-parameters': 'off',
  // An empty environment variable or header means "not set": `||` says so.
  '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
  // Libraries make instances in factories, typed by a subclass (MikroORM.init): the rule sees a foreign class there.
  '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
  // `async` without `await` turns a throw into a rejection, which is what the callers of handlers rely on.
  '@typescript-eslint/require-await': 'off',
};

export default tseslint.config(
  { ignores: ['**/dist/', '**/coverage/', '.nx/', '.state/', 'docs/api/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { files: ['**/*.{ts,mjs,cjs}'], rules: core },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: typed,
  },
  {
    files: ['**/*.{mjs,cjs}'],
    extends: [tseslint.configs.base],
    rules: {
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-use-before-define': ['error', 'nofunc'],
    },
  },
  {
    files: ['services/*/src/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ":matches(CallExpression[callee.object.name='Date'][callee.property.name='now'], NewExpression[callee.name='Date'][arguments.length=0])",
          message: 'Domain code takes the time as an argument, so that tests can move it.',
        },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: 'Domain code is pure: pass the random value in.',
        },
      ],
    },
  },
  { files: terminalPrograms, rules: { 'no-console': 'off' } },
  {
    files: tests,
    rules: {
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      // `expect.any()`, `expect.objectContaining()` and friends are typed `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
