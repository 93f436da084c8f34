#!/usr/bin/env node
import { runCli } from '../adapters/cli/program.js'
import { systemClock } from '../adapters/system/clock.js'
import { createLogger, STDERR } from '../adapters/system/logger.js'
import { maskStore, readConfig, SettingsError } from './config.js'
import { createContainer, resolve } from './container.js'
import { openBoth } from './open-both.js'
import { openStorage } from './open-storage.js'
import { serve } from './serve.js'
import { TOKENS } from './tokens.js'

async function open() {
  const config = readConfig()
  if (config.store === 'memory:')
    throw new SettingsError(['PORTCULLIS_STORE: memory: is for serve alone; use for example sqlite:var/portcullis.db'])
  const storage = await openStorage(config.store)
  const looksAtTheStore = process.argv[2] === 'store'
  if (!looksAtTheStore && (await storage.maintenance.isEmpty())) await storage.maintenance.prepare()
  const container = createContainer({ config, storage, logger: createLogger(config.logLevel, STDERR) })
  return {
    administering: resolve(container, TOKENS.administering),
    keepingKeys: resolve(container, TOKENS.keepingKeys),
    maintenance: storage.maintenance,
    clock: systemClock,
    describeStore: maskStore(config.store),
    close: () => storage.maintenance.close(),
  }
}

process.exitCode = await runCli(
  process.argv,
  { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, isTerminal: process.stdin.isTTY && process.stdout.isTTY },
  { open, openBoth, serve: () => serve(readConfig()) },
)
