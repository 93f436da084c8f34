import { expect } from 'chai'
import { openMemoryStorage } from '../adapters/memory/storage.js'
import { createLogger } from '../adapters/system/logger.js'
import { readConfig } from '../src/config.js'
import { createContainer, resolve } from '../src/container.js'
import { TOKENS } from '../src/tokens.js'
import { SECRET } from './support/server.js'

describe('the container', () => {
  it('resolves every port, each once', () => {
    const config = readConfig({ PORTCULLIS_STORE: 'memory:', PORTCULLIS_SECRETS: SECRET }, process.cwd())
    const container = createContainer({ config, storage: openMemoryStorage(), logger: createLogger('silent') })
    for (const [name, token] of Object.entries(TOKENS)) {
      const port: unknown = resolve(container, token as never)
      expect(typeof port, name).to.equal('object')
      expect(resolve(container, token as never), name).to.equal(port)
    }
  })
})
