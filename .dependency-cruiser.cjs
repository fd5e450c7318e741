/** What each package may import (docs/architecture.md), and that nothing imports in a circle. */
const only = (from, allowed) => ({
  name: `${from.replace('/', '-')}-imports`,
  severity: 'error',
  from: { path: `^${from}/src` },
  to: {
    path: '^(crds|proto|process|relay|operator|sfu-node|turn|recorder|signaling|web/sdk|web/app|test|bench)/',
    pathNot: [`^${from}/`, ...allowed.map((a) => `^${a}/`)],
  },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'warn',
      from: { orphan: true, pathNot: ['\\.test\\.tsx?$', '\\.config\\.', '\\.d\\.ts$', 'main\\.tsx?$'] },
      to: {},
    },
    only('crds', []),
    only('proto', []),
    only('process', []),
    only('relay', ['proto', 'process']),
    only('operator', ['crds', 'proto', 'process']),
    only('sfu-node', ['proto', 'process', 'relay']),
    only('turn', ['proto', 'process']),
    only('recorder', ['proto', 'process', 'relay']),
    only('signaling', ['crds', 'proto', 'process']),
    only('web/sdk', ['signaling/src/protocol']),
    only('web/app', ['web/sdk', 'signaling/src/protocol']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|gen|out|node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['parley-source', 'import', 'types', 'default'],
    },
  },
};
