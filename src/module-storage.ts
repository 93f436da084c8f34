import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { InvalidInput, StoreUnavailable } from '../domain/errors.js'
import type { Storage } from '../ports/storage.js'
import { SettingsError } from './config.js'
import { hiding } from './hiding.js'
import { missingOf } from './storage-shape.js'

const OPEN_WITHIN_MS = 5_000
const EXAMPLE = 'for example module:./store.mjs, relative to the working directory'

type Opener = (url: string) => unknown
type Hide = (text: string) => string

/**
 * Opens a store of one's own: `url` is `module:PATH`, or `module:PATH?…` with what is for the store alone after the question mark. The default
 * export of that module is called with the whole `url`. Throws SettingsError when the module is none or answers no Storage, StoreUnavailable when
 * it cannot open its store.
 */
export async function openModuleStorage(url: string): Promise<Storage> {
  // What follows the question mark may hold a password, so no message repeats it.
  const path = resolve(url.slice('module:'.length).split('?', 1)[0] ?? '')
  if (!existsSync(path)) throw wrong(`there is no file ${path}`)
  const hide = hiding(url)
  const storage = await inTime(path, hide, async () => (await openerOf(path))(url))
  const missing = missingOf(storage)
  if (missing !== undefined) throw wrong(`what ${path} answers is no Storage: it has no ${missing}`)
  return withOwnErrors(storage as Storage, hide)
}

const wrong = (what: string): SettingsError => new SettingsError([`PORTCULLIS_STORE: ${what}; ${EXAMPLE}`])
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')

async function openerOf(path: string): Promise<Opener> {
  const module = await (import(pathToFileURL(path).href) as Promise<{ readonly default?: unknown }>).catch((error: unknown) => {
    throw wrong(`${path} cannot be loaded (${textOf(error)})`)
  })
  if (typeof module.default !== 'function') throw wrong(`${path} has no function as its default export`)
  return module.default as Opener
}

async function inTime(path: string, hide: Hide, open: () => Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new StoreUnavailable(`${path} did not open its store within ${OPEN_WITHIN_MS / 1000} s`))
    }, OPEN_WITHIN_MS)
  })
  try {
    return await Promise.race([open(), late])
  } catch (error) {
    if (error instanceof SettingsError) throw error
    if (error instanceof StoreUnavailable) throw ownError(error, hide)
    throw new StoreUnavailable(`${path} cannot open its store: ${hide(textOf(error))}`)
  } finally {
    clearTimeout(timer)
  }
}

const OWN_ERRORS = { StoreUnavailable, InvalidInput }

/** An error of the same name is not the same class when the store was written against another copy of this package. */
function ownError(error: unknown, hide: Hide): unknown {
  const own = OWN_ERRORS[nameOf(error) as keyof typeof OWN_ERRORS] as (typeof OWN_ERRORS)[keyof typeof OWN_ERRORS] | undefined
  if (own === undefined) return discreet(error, hide)
  const text = hide(textOf(error))
  return error instanceof own && text === textOf(error) ? error : new own(text)
}

/** What is unexpected goes into the log with its stack, which begins with its message. */
function discreet(error: unknown, hide: Hide): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? hide(error) : error
  const stack = error.stack ?? ''
  return hide(textOf(error)) === textOf(error) && hide(stack) === stack
    ? error
    : Object.assign(new Error(hide(textOf(error))), { name: error.name, stack: hide(stack) })
}

function withOwnErrors(storage: Storage, hide: Hide): Storage {
  const ports = Object.entries(storage) as [string, object][]
  return Object.fromEntries(ports.map(([name, port]) => [name, portWithOwnErrors(port, hide)])) as unknown as Storage
}

type Method = (...args: unknown[]) => unknown

const portWithOwnErrors = <Port extends object>(port: Port, hide: Hide): Port =>
  new Proxy({} as Port, {
    get: (_, name) => {
      const method: unknown = Reflect.get(port, name)
      if (typeof method !== 'function') return method
      return async (...args: unknown[]) => {
        try {
          return await Reflect.apply(method as Method, port, args)
        } catch (error) {
          throw ownError(error, hide)
        }
      }
    },
  })
