import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { systemClock } from '../adapters/system/clock.js'
import { SystemSecrets } from '../adapters/system/secrets.js'
import { StoreMover } from '../domain/store-mover.js'
import type { Storage } from '../ports/storage.js'
import { maskStore, readConfig, SettingsError } from './config.js'
import { storeProblem } from './config-values.js'
import { openStorage } from './open-storage.js'

/** Opens two stores, named as in STORE, for moving one to the other. Throws SettingsError or StoreUnavailable. */
export async function openBoth(from: string, to: string) {
  const { secrets } = readConfig()
  refuseUnfit(from, to)
  const source = await openStorage(from)
  const destination = await openOrClose(to, source)
  return {
    moving: new StoreMover({ from: source, to: destination, secrets: new SystemSecrets(secrets), clock: systemClock }),
    describe: { from: maskStore(from), to: maskStore(to) },
    clock: systemClock,
    close: async () => {
      await Promise.all([source.maintenance.close(), destination.maintenance.close()])
    },
  }
}

async function openOrClose(url: string, other: Storage): Promise<Storage> {
  try {
    return await openStorage(url)
  } catch (error) {
    await other.maintenance.close()
    throw error
  }
}

function refuseUnfit(from: string, to: string): void {
  const problems = [...problemsOf('--from', from), ...problemsOf('--to', to)]
  // It would be made by opening it.
  if (from.startsWith('sqlite:') && !existsSync(pathOf(from))) problems.push(`--from: there is no file ${pathOf(from)}`)
  if (problems.length === 0 && placeOf(from) === placeOf(to)) problems.push('--to: names the same store as --from')
  if (problems.length > 0) throw new SettingsError(problems)
}

function problemsOf(option: string, url: string): string[] {
  if (url === 'memory:')
    return [`${option}: memory: is gone with the process and cannot be copied; use for example sqlite:var/portcullis.db`]
  const what = storeProblem(url)
  return what === undefined ? [] : [`${option}: ${what}`]
}

const pathOf = (url: string): string => resolve(url.slice('sqlite:'.length))

/** One text for the ways in which one store can be named. */
function placeOf(url: string): string {
  if (url.startsWith('sqlite:')) return `sqlite:${realPath(pathOf(url))}`
  const [, scheme = '', hosts = '', database = ''] = /^(mongodb(?:\+srv)?:)\/\/(?:[^/?#]*@)?([^/?#]*)\/?([^?#]*)/.exec(url) ?? []
  if (scheme === '') return url
  // Without a name it is the database that the adapter takes.
  return `${scheme}//${hosts.toLowerCase().split(',').map(withPort).sort().join(',')}/${database || 'portcullis'}`
}

const withPort = (host: string): string => (/:\d+$/.test(host) ? host : `${host}:27017`)

/** The file behind links; one that is not there yet is where its folder is. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const folder = dirname(path)
    return folder === path ? path : join(realPath(folder), basename(path))
  }
}
