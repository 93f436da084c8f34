import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect } from 'chai'
import { cruise, type ICruiseOptions, type IModule } from 'dependency-cruiser'
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'

// A town in which everything is where it belongs: file → what it imports ("type" for `import type`).
const town: Record<string, string[]> = {
  'domain/client.ts': [],
  'domain/grant.ts': ['./client.js'],
  'domain/authorizer.ts': ['./grant.js', 'type ../ports/clock.js'],
  'domain/token-issuer.ts': ['./client.js'],
  'ports/clock.ts': ['type ../domain/client.js'],
  'ports/storage.ts': ['type ./clock.js'],
  'adapters/system/clock.ts': ['node:crypto', 'jose', 'type ../../ports/clock.js'],
  'adapters/oauth2/bridge.ts': ['@jmondi/oauth2-server', '../../domain/client.js', 'type ../../ports/clock.js'],
  'adapters/http/app.ts': ['koa', '@koa/router', 'koa-helmet', 'pug', 'type @jmondi/oauth2-server', '../oauth2/bridge.js'],
  'adapters/cli/program.ts': ['commander', '../../domain/grant.js'],
  'adapters/sqlite/driver.ts': ['@photostructure/sqlite'],
  'adapters/sqlite/grants.ts': ['./driver.js', 'type ../../ports/clock.js'],
  'adapters/mongo/connection.ts': ['mongodb', 'type ../../ports/clock.js'],
  'adapters/memory/grants.ts': ['../../domain/grant.js', 'type ../../ports/clock.js'],
  'src/tokens.ts': ['type inversify'],
  'src/container.ts': ['reflect-metadata', 'inversify', './tokens.js', '../domain/authorizer.js', '../adapters/sqlite/grants.js'],
  'src/main.ts': ['./container.js', '../adapters/http/app.js', '../adapters/cli/program.js'],
  'test/given.ts': [],
  'bench/run.ts': [],
}

// And what does not belong: file, what it imports, the rule that says so.
const trespasses: [string, string, string][] = [
  ['domain/scope.ts', 'node:crypto', 'domain-imports-no-package'],
  ['domain/scope.ts', 'jose', 'domain-imports-no-package'],
  ['domain/scope.ts', 'type koa', 'domain-imports-no-package'],
  ['domain/scope.ts', '../adapters/system/clock.js', 'domain-stays-inside'],
  ['domain/authenticator.ts', 'type ../adapters/system/clock.js', 'domain-stays-inside'],
  ['domain/authenticator.ts', '../src/tokens.js', 'domain-stays-inside'],
  ['domain/consent.ts', 'type ../ports/clock.js', 'things-know-things'],
  ['domain/consent.ts', 'type ./authorizer.js', 'things-know-things'],
  ['domain/token-revoker.ts', '../ports/clock.js', 'services-know-port-types'],
  ['domain/token-inspector.ts', 'export ../ports/clock.js', 'services-know-port-types'],
  ['ports/secrets.ts', 'type node:crypto', 'ports-are-types-of-things'],
  ['ports/secrets.ts', 'type jose', 'ports-are-types-of-things'],
  ['ports/secrets.ts', 'type ../adapters/system/clock.js', 'ports-are-types-of-things'],
  ['ports/secrets.ts', 'type ../src/tokens.js', 'ports-are-types-of-things'],
  ['ports/secrets.ts', 'type ../domain/authorizer.js', 'ports-know-no-service'],
  ['ports/secrets.ts', '../domain/client.js', 'ports-import-types'],
  ['ports/secrets.ts', './clock.js', 'ports-import-types'],
  ['adapters/memory/keys.ts', '../../ports/clock.js', 'adapters-know-port-types'],
  ['adapters/memory/keys.ts', '../../domain/authorizer.js', 'adapters-know-no-service'],
  ['adapters/http/pages/login.ts', 'type ../../../domain/authorizer.js', 'adapters-know-no-service'],
  ['adapters/cli/user.ts', 'type ../../src/tokens.js', 'adapters-know-no-root'],
  ['adapters/cli/user.ts', '../sqlite/grants.js', 'adapters-stand-alone'],
  ['adapters/cli/user.ts', 'type ../http/app.js', 'adapters-stand-alone'],
  ['adapters/oauth2/client.ts', '../http/app.js', 'adapters-stand-alone'],
  ['adapters/sqlite/keys.ts', '../memory/grants.js', 'adapters-stand-alone'],
  ['adapters/http/pages/login.ts', '../../memory/grants.js', 'http-drives-oauth2-alone'],
  ['adapters/http/pages/login.ts', 'type ../../system/clock.js', 'http-drives-oauth2-alone'],
  ['adapters/http/token.ts', 'zod', 'http-technology'],
  ['adapters/oauth2/client.ts', 'zod', 'oauth2-technology'],
  ['adapters/cli/user.ts', 'type pino', 'cli-technology'],
  ['adapters/sqlite/keys.ts', 'jose', 'sqlite-technology'],
  ['adapters/memory/keys.ts', 'jose', 'memory-technology'],
  ['adapters/mongo/keys.ts', 'jose', 'mongo-technology'],
  ['adapters/system/engine.ts', 'type @jmondi/oauth2-server', 'oauth-engine-at-home'],
  ['src/cli.ts', '@jmondi/oauth2-server', 'oauth-engine-at-home'],
  ['adapters/http/token.ts', '@jmondi/oauth2-server', 'oauth-engine-types-in-http'],
  ['adapters/oauth2/client.ts', 'type koa', 'web-at-home'],
  ['adapters/oauth2/client.ts', '@koa/router', 'web-at-home'],
  ['adapters/system/engine.ts', '@koa/cors', 'web-at-home'],
  ['adapters/system/engine.ts', 'helmet', 'web-at-home'],
  ['src/cli.ts', 'koa-session', 'web-at-home'],
  ['src/cli.ts', 'koa-bodyparser', 'web-at-home'],
  ['src/cli.ts', 'koa-static', 'web-at-home'],
  ['src/cli.ts', 'pug', 'web-at-home'],
  ['src/cli.ts', 'commander', 'commander-at-home'],
  ['adapters/sqlite/keys.ts', '@photostructure/sqlite', 'sqlite-at-home'],
  ['src/cli.ts', 'type @photostructure/sqlite', 'sqlite-at-home'],
  ['adapters/memory/keys.ts', 'type mongodb', 'mongodb-at-home'],
  ['src/cli.ts', 'mongodb', 'mongodb-at-home'],
  ['src/cli.ts', 'type inversify', 'container-at-home'],
  ['adapters/system/engine.ts', 'inversify', 'container-at-home'],
  ['src/cli.ts', 'reflect-metadata', 'container-at-home'],
  ['domain/user.ts', 'type ./session.js', 'no-circles'],
  ['domain/session.ts', 'type ./user.js', 'no-circles'],
  ['adapters/system/engine.ts', '../../test/given.js', 'production-knows-no-test'],
  ['src/cli.ts', 'type ../bench/run.js', 'production-knows-no-test'],
  ['src/cli.ts', 'chai', 'production-knows-no-dev-dependency'],
  ['src/cli.ts', 'type fast-check', 'production-knows-no-dev-dependency'],
  ['src/cli.ts', 'koa-compose', 'production-knows-no-dev-dependency'],
  ['src/cli.ts', './nowhere.js', 'everything-resolves'],
]

const statement = (imported: string, index: number) => {
  const [keyword, path] = imported.includes(' ') ? imported.split(' ') : ['import', imported]
  return keyword === 'export' ? `export * from '${path}'` : `import ${keyword === 'type' ? 'type ' : ''}* as n${index} from '${path}'`
}

const build = (root: string) => {
  const files = structuredClone(town)
  for (const [file, imported] of trespasses) (files[file] ??= []).push(imported)
  for (const [file, imports] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), [...imports.map(statement), `export const here = '${file}'`, ''].join('\n'))
  }
  copyFileSync('package.json', join(root, 'package.json'))
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'), 'junction')
}

const modules = async (options: ICruiseOptions): Promise<IModule[]> => {
  const { output } = await cruise(['src', 'domain', 'ports', 'adapters'], options)
  if (typeof output === 'string') throw new Error(output)
  return output.modules
}

const violations = (modules: IModule[]) =>
  modules.flatMap(({ source, dependencies }) =>
    dependencies.flatMap(({ module, rules = [] }) => rules.map(({ name }) => `${name}: ${source} imports ${module}`)),
  )

describe('the architecture', () => {
  let options: ICruiseOptions
  before(async () => {
    options = await extractOptions(resolve('.dependency-cruiser.mjs'))
  })

  it('is kept by every file, and more than twenty were read', async () => {
    const cruised = await modules(options)
    expect(cruised.length).to.be.greaterThan(20)
    expect(violations(cruised)).to.deep.equal([])
  }).timeout(60_000)

  describe('has rules that bite', () => {
    let root: string
    let found: string[]
    before(async function () {
      this.timeout(60_000)
      root = mkdtempSync(join(tmpdir(), 'portcullis-architecture-'))
      build(root)
      found = violations(await modules({ ...options, baseDir: root }))
    })
    after(() => {
      rmSync(root, { recursive: true, force: true })
    })

    for (const [file, imported, rule] of trespasses)
      it(`${rule}: ${file} imports ${imported}`, () => {
        expect(found).to.include(`${rule}: ${file} imports ${imported.replace(/^\w+ |node:/g, '')}`)
      })

    it('and leave alone what is allowed', () => {
      expect(found.filter((violation) => Object.keys(town).some((file) => violation.includes(` ${file} `)))).to.deep.equal([])
    })

    it('and are proved here, every one', () => {
      const rules = options.ruleSet?.forbidden?.map(({ name }) => name)
      expect(rules).to.have.members([...new Set(trespasses.map(([, , rule]) => rule))])
    })
  })
})
