// Who may import whom: README, section Architecture. test/architecture.test.ts runs these rules and proves that each of them bites.

/** The values and entities of the domain; whatever else lives there is a service, or a part of one. */
const things =
  'attempts|audit|client|client-registration|consent|credentials|denied-token|duration|errors|flow|grant|ids|names|records|redirect-uri|resource|scope|second-factor|security-event|session|signing-key|user|user-change'
const services = `^domain/(?!(${things})[.]ts$)`
const types = ['type-only', 'type-import']
const packages = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown', 'core']

const named = (start) => `node_modules/(@types/)?${start}`

/** Packages (or the beginning of their names) that nobody but `homes` imports, neither values nor types. */
const only = (name, starts, homes, comment) => ({
  name,
  comment,
  from: { pathNot: homes },
  to: { path: starts.map(named) },
})

/** The packages that an adapter is about; it imports no other, Node.js aside. */
const technology = (adapter, starts) => ({
  name: `${adapter}-technology`,
  comment: 'Each adapter is about one technology.',
  from: { path: `^adapters/${adapter}/` },
  to: { path: 'node_modules/', pathNot: ['^$', ...starts.map(named)] },
})

const forbidden = [
  {
    name: 'domain-imports-no-package',
    comment: 'The domain imports no package at all, Node.js included: what it needs from the world comes through a port.',
    from: { path: '^domain/' },
    to: { dependencyTypes: packages },
  },
  {
    name: 'domain-stays-inside',
    comment: 'Dependencies point inward: nothing in the domain knows an adapter or the composition root.',
    from: { path: '^domain/' },
    to: { path: '^(adapters|src)/' },
  },
  {
    name: 'things-know-things',
    comment: 'A domain thing knows other things; services and ports are built on it.',
    from: { path: '^domain/', pathNot: services },
    to: { path: ['^ports/', services] },
  },
  {
    name: 'services-know-port-types',
    comment: 'A service is handed what implements a port, so it needs its type alone.',
    from: { path: services },
    to: { path: '^ports/', dependencyTypesNot: types },
  },
  {
    name: 'ports-are-types-of-things',
    comment: 'A port is written in the words of the domain things, and of other ports.',
    from: { path: '^ports/' },
    to: { pathNot: ['^domain/', '^ports/'] },
  },
  {
    name: 'ports-know-no-service',
    comment: 'A port does not know who implements it.',
    from: { path: '^ports/' },
    to: { path: services },
  },
  {
    name: 'ports-import-types',
    comment: 'A port has no code, so it imports types alone.',
    from: { path: '^ports/' },
    to: { dependencyTypesNot: types },
  },
  {
    name: 'adapters-know-port-types',
    comment: 'An adapter implements a port or is handed what does, so it needs its type alone.',
    from: { path: '^adapters/' },
    to: { path: '^ports/', dependencyTypesNot: types },
  },
  {
    name: 'adapters-know-no-service',
    comment: 'An adapter reaches what the domain decides through a port.',
    from: { path: '^adapters/' },
    to: { path: services },
  },
  {
    name: 'adapters-know-no-root',
    comment: 'The composition root knows every adapter, none knows it.',
    from: { path: '^adapters/' },
    to: { path: '^src/' },
  },
  {
    name: 'adapters-stand-alone',
    comment: 'An adapter imports no other one, except http, which drives oauth2.',
    from: { path: '^adapters/([^/]+)/', pathNot: '^adapters/http/' },
    to: { path: '^adapters/', pathNot: '^adapters/$1/' },
  },
  {
    name: 'http-drives-oauth2-alone',
    comment: 'Of all adapters http knows oauth2 alone.',
    from: { path: '^adapters/http/' },
    to: { path: '^adapters/', pathNot: '^adapters/(http|oauth2)/' },
  },
  technology('http', ['@?koa', 'helmet/', 'pug/', 'jose/', 'qrcode/', '@jmondi/']),
  technology('oauth2', ['@jmondi/']),
  technology('cli', ['commander/']),
  technology('sqlite', ['@photostructure/']),
  technology('memory', []),
  technology('mongo', ['mongodb/']),
  only('oauth-engine-at-home', ['@jmondi/'], '^adapters/(oauth2|http)/', 'The bridge alone knows the OAuth engine.'),
  {
    name: 'oauth-engine-types-in-http',
    comment: 'http may name what the OAuth engine takes and gives, and calls it through the bridge.',
    from: { path: '^adapters/http/' },
    to: { path: 'node_modules/@jmondi/', dependencyTypesNot: types },
  },
  only(
    'web-at-home',
    ['@?koa', 'helmet/', 'pug/', 'qrcode/'],
    '^adapters/http/',
    'Koa, its middleware and Pug serve the http adapter alone.',
  ),
  only('commander-at-home', ['commander/'], '^adapters/cli/', 'The command line is one adapter.'),
  only(
    'sqlite-at-home',
    ['@photostructure/'],
    '^adapters/sqlite/driver[.]ts$',
    'One file knows the driver: node:sqlite can take its place.',
  ),
  only('mongodb-at-home', ['mongodb/'], '^adapters/mongo/', 'One adapter knows the driver.'),
  only('container-at-home', ['@?inversify', 'reflect-metadata/'], '^src/(container|tokens)[.]ts$', 'Objects are wired in one place.'),
  {
    name: 'no-circles',
    comment: 'Two files that import each other, types included, are one idea in two places.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'production-knows-no-test',
    comment: 'What is shipped does not import tests, measurements or the conformance runner.',
    from: { path: '^(src|domain|ports|adapters)/' },
    to: { path: '^(test|bench|conformance)/' },
  },
  {
    name: 'production-knows-no-dev-dependency',
    comment: 'What is shipped, declarations included, needs the dependencies of package.json and nothing else.',
    from: { path: '^(src|domain|ports|adapters)/' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'everything-resolves',
    comment: 'A rule says nothing about an import that leads nowhere.',
    from: {},
    to: { couldNotResolve: true },
  },
]

export default {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
