import { randomBytes } from 'node:crypto'
import { copyFileSync, constants, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SETTING_NAMES, SETTINGS, type SettingName, type Settings } from './config-settings.js'
import { isLoopback, maskStore, nearest } from './config-values.js'

export { maskStore }

/** What the environment asks for, checked. Durations in milliseconds. */
export interface Config {
  readonly production: boolean
  /** Without a trailing slash; may carry a path. */
  readonly issuer: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly operations: { readonly host: string; readonly port: number }
  /** May hold a password: `maskStore` makes it printable. */
  readonly store: string
  /** At least one, each of 32 bytes or more; the first makes, all verify. */
  readonly secrets: readonly Uint8Array[]
  /** How many proxies in front are believed. */
  readonly trustProxy: number
  readonly flowTtlMs: number
  readonly codeTtlMs: number
  readonly accessTokenTtlMs: number
  readonly refreshIdleTtlMs: number
  readonly refreshMaxTtlMs: number
  readonly refreshGraceMs: number
  readonly sessionIdleTtlMs: number
  readonly sessionMaxTtlMs: number
  readonly loginWindowMs: number
  readonly loginAttempts: number
  readonly clientAttempts: number
  readonly defaultResource: string
  readonly brand: { readonly name: string; readonly color?: string }
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  readonly workers: number
}

/** Settings that cannot be used: every problem, each in a sentence that names the variable and holds no secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

type Environment = Readonly<Record<string, string | undefined>>

const PREFIX = 'PORTCULLIS_'
const DEVELOPMENT_ISSUER = 'http://localhost:3000'
const SECRET_BYTES = 32
/** The shorter limit, when only its default passes the longer one, gives way to it. */
const IDLE_AND_MAX = [
  ['REFRESH_IDLE_TTL', 'REFRESH_MAX_TTL'],
  ['SESSION_IDLE_TTL', 'SESSION_MAX_TTL'],
] as const

const problem = (name: SettingName, what: string) => `${PREFIX}${name}: ${what}; for example ${SETTINGS[name].example}`

/** Reads and checks the environment; an empty variable counts as absent. In development it makes var/secrets below `cwd`. Throws SettingsError. */
export function readConfig(env: Environment = process.env, cwd: string = process.cwd()): Config {
  const given = (name: SettingName) => {
    const value = env[PREFIX + name]?.trim()
    return value === '' ? undefined : value
  }
  const production = env['NODE_ENV'] === 'production'
  const { settings, problems } = readSettings(given)
  problems.push(...unknownNames(env), ...(production ? unfitForProduction(settings, given) : []), ...contradictions(settings, given))
  if (problems.length > 0) throw new SettingsError(problems)
  // Without a problem nothing is missing.
  const complete = settings as Settings
  return toConfig(production, complete, complete.SECRETS ?? developmentSecrets(cwd), (name) => given(name) !== undefined)
}

function readSettings(given: (name: SettingName) => string | undefined) {
  const problems: string[] = []
  const settings: Partial<Record<SettingName, unknown>> = {}
  for (const name of SETTING_NAMES) {
    const { schema, fallback } = SETTINGS[name]
    const value = given(name) ?? fallback
    if (value === undefined) continue
    const result = schema.safeParse(value)
    if (result.success) settings[name] = result.data
    else problems.push(problem(name, result.error.issues[0]?.message ?? 'is not valid'))
  }
  return { settings: settings as Partial<Settings>, problems }
}

const unknownNames = (env: Environment): string[] =>
  Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !SETTING_NAMES.includes(name.slice(PREFIX.length) as SettingName))
    .map((name) => `${name}: is not a setting; the nearest is ${PREFIX}${nearest(name.slice(PREFIX.length), SETTING_NAMES)}`)

function unfitForProduction({ ISSUER, STORE }: Partial<Settings>, given: (name: SettingName) => string | undefined): string[] {
  const missing = (['ISSUER', 'SECRETS'] as const).filter((name) => given(name) === undefined)
  return [
    ...missing.map((name) => problem(name, 'must be set in production')),
    ...(ISSUER?.startsWith('http:') && !isLoopback(ISSUER) ? [problem('ISSUER', 'must be https in production, except on loopback')] : []),
    ...(STORE === 'memory:' ? [problem('STORE', 'must not be memory: in production, which forgets everything at every start')] : []),
  ]
}

/** What is right by itself and wrong together. */
function contradictions(settings: Partial<Settings>, given: (name: SettingName) => string | undefined): string[] {
  const { PORT, OPS_PORT, HOST, OPS_HOST, STORE, WORKERS } = settings
  const tooIdle = IDLE_AND_MAX.filter(([idle, max]) => given(idle) !== undefined && (settings[idle] ?? 0) > (settings[max] ?? Infinity))
  return [
    ...tooIdle.map(([idle, max]) => problem(idle, `must not be longer than ${PREFIX}${max} (${given(max) ?? SETTINGS[max].fallback})`)),
    ...(PORT !== undefined && PORT !== 0 && PORT === OPS_PORT && HOST === OPS_HOST
      ? [problem('OPS_PORT', `must differ from ${PREFIX}PORT`)]
      : []),
    ...(STORE === 'memory:' && WORKERS !== undefined && WORKERS > 1
      ? [problem('WORKERS', 'must be 1 with the store memory:, which processes cannot share')]
      : []),
  ]
}

function toConfig(production: boolean, all: Settings, secrets: readonly Uint8Array[], isGiven: (name: SettingName) => boolean): Config {
  const issuer = all.ISSUER ?? DEVELOPMENT_ISSUER
  const idle = (name: 'REFRESH_IDLE_TTL' | 'SESSION_IDLE_TTL', max: number) => (isGiven(name) ? all[name] : Math.min(all[name], max))
  return {
    production,
    issuer,
    listen: { host: all.HOST, port: all.PORT },
    operations: { host: all.OPS_HOST, port: all.OPS_PORT },
    store: all.STORE,
    secrets,
    trustProxy: all.TRUST_PROXY,
    flowTtlMs: all.FLOW_TTL,
    codeTtlMs: all.CODE_TTL,
    accessTokenTtlMs: all.ACCESS_TOKEN_TTL,
    refreshIdleTtlMs: idle('REFRESH_IDLE_TTL', all.REFRESH_MAX_TTL),
    refreshMaxTtlMs: all.REFRESH_MAX_TTL,
    refreshGraceMs: all.REFRESH_GRACE,
    sessionIdleTtlMs: idle('SESSION_IDLE_TTL', all.SESSION_MAX_TTL),
    sessionMaxTtlMs: all.SESSION_MAX_TTL,
    loginWindowMs: all.LOGIN_WINDOW,
    loginAttempts: all.LOGIN_ATTEMPTS,
    clientAttempts: all.CLIENT_ATTEMPTS,
    defaultResource: all.DEFAULT_RESOURCE ?? issuer,
    brand: { name: all.BRAND_NAME, ...(all.BRAND_COLOR === undefined ? {} : { color: all.BRAND_COLOR }) },
    logLevel: all.LOG_LEVEL,
    workers: all.WORKERS,
  }
}

/** The secrets of var/secrets, which is made when there is none: of several processes that start at once all get those of the first. */
function developmentSecrets(cwd: string): readonly Uint8Array[] {
  const file = join(cwd, 'var', 'secrets')
  const unusable = (what: string) => new SettingsError([problem('SECRETS', `${file} ${what}; mend or remove it, or set the variable`)])
  let text: string
  try {
    text = readIfThere(file) ?? createOnce(file)
  } catch (error) {
    throw unusable(`could be neither read nor made (${codeOf(error) ?? 'unknown error'})`)
  }
  const result = SETTINGS.SECRETS.schema.safeParse(text.trim())
  if (!result.success) throw unusable(result.error.issues[0]?.message ?? 'is not valid')
  return result.data
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Writes aside and links, so that nobody reads half a file and a second process does not overwrite the first one's. */
function createOnce(file: string): string {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomBytes(8).toString('hex')}`
  writeFileSync(draft, `${randomBytes(SECRET_BYTES).toString('base64url')}\n`, { flag: 'wx', mode: 0o600, flush: true })
  try {
    publish(draft, file)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
  return readFileSync(file, 'utf8')
}

/** Throws EEXIST when somebody else was first. */
function publish(draft: string, file: string): void {
  try {
    linkSync(draft, file)
  } catch {
    // Some file systems have no hard links.
    copyFileSync(draft, file, constants.COPYFILE_EXCL)
  }
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
