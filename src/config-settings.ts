import { isIP } from 'node:net'
import { z } from 'zod'
import { resourceUriProblem } from '../domain/resource.js'
import { milliseconds } from '../domain/duration.js'
import { contrastWithWhite, issuerProblem, secretsProblem, storeProblem, withoutTrailingSlash } from './config-values.js'

const HOST_NAME = /^(?!.*\.\d+$)[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/
const TRICKY = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Text for which `problemOf` finds nothing. No message repeats what it is about: it may be a secret, or have been meant for another variable. */
const text = (problemOf: (text: string) => string | undefined) =>
  z.string().superRefine((value, context) => {
    const message = problemOf(value)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })

const matching = (isRight: (text: string) => boolean, problem: string) => text((value) => (isRight(value) ? undefined : problem))

const whole = (min: number, max: number) =>
  matching(
    (value) => /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max,
    `must be a whole number from ${min} to ${max}`,
  ).transform(Number)

const duration = (min: string, max: string) =>
  matching((value) => {
    const ms = milliseconds(value)
    return ms >= milliseconds(min) && ms <= milliseconds(max)
  }, `must be a duration from ${min} to ${max}, a whole number with s, m, h or d`).transform(milliseconds)

const port = whole(0, 65_535)
const host = matching((value) => isIP(value) !== 0 || HOST_NAME.test(value), 'must be an IP address (without brackets) or a host name')
const issuer = text(issuerProblem).transform(withoutTrailingSlash)
const secrets = text(secretsProblem).transform((value) => value.split(',').map((one) => Buffer.from(one.trim(), 'base64url')))
const brandName = matching(
  (value) => Array.from(value).length <= 60 && !TRICKY.test(value),
  'must be at most 60 characters, none of them a control character',
)
const brandColor = text((value) => {
  if (!/^#[0-9a-f]{6}$/i.test(value)) return 'must be a colour in the form #rrggbb'
  const contrast = contrastWithWhite(value)
  return contrast >= 4.5
    ? undefined
    : `has a contrast of ${contrast.toFixed(2)}:1 against white, less than the 4.5:1 that text needs; take a darker colour`
})
const logLevel = z.enum(LEVELS, { error: `must be one of ${LEVELS.join(', ')}` })

const fallback = <T>(schema: z.ZodType<T, string>, value: string, example = value) => ({ schema, fallback: value, example })
const optional = <T>(schema: z.ZodType<T, string>, example: string) => ({ schema, fallback: undefined, example })

export const SECRETS_EXAMPLE = `the output of: node -p "crypto.randomBytes(32).toString('base64url')"`

/** Every setting: its form, what holds without it, and an example for the message. */
export const SETTINGS = {
  ISSUER: optional(issuer, 'https://login.example.com'),
  HOST: fallback(host, '127.0.0.1'),
  PORT: fallback(port, '3000'),
  OPS_HOST: fallback(host, '127.0.0.1'),
  OPS_PORT: fallback(port, '3001'),
  STORE: fallback(text(storeProblem), 'sqlite:var/portcullis.db'),
  SECRETS: optional(secrets, SECRETS_EXAMPLE),
  TRUST_PROXY: fallback(whole(0, 10), '0', '1'),
  FLOW_TTL: fallback(duration('1s', '1d'), '30m'),
  CODE_TTL: fallback(duration('1s', '10m'), '60s'),
  ACCESS_TOKEN_TTL: fallback(duration('1s', '1h'), '10m'),
  REFRESH_IDLE_TTL: fallback(duration('1s', '730d'), '30d'),
  REFRESH_MAX_TTL: fallback(duration('1s', '730d'), '180d'),
  REFRESH_GRACE: fallback(duration('0s', '5m'), '30s'),
  SESSION_IDLE_TTL: fallback(duration('1s', '365d'), '12h'),
  SESSION_MAX_TTL: fallback(duration('1s', '365d'), '30d'),
  LOGIN_ATTEMPTS: fallback(whole(1, 1_000_000), '10'),
  LOGIN_WINDOW: fallback(duration('1s', '1d'), '15m'),
  CLIENT_ATTEMPTS: fallback(whole(1, 1_000_000), '20'),
  DEFAULT_RESOURCE: optional(text(resourceUriProblem), 'https://api.example.com'),
  BRAND_NAME: fallback(brandName, 'Portcullis'),
  BRAND_COLOR: optional(brandColor, '#1d4ed8'),
  LOG_LEVEL: fallback(logLevel, 'info'),
  WORKERS: fallback(whole(1, 64), '1'),
}

export type SettingName = keyof typeof SETTINGS
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[]

type Value<S> = S extends { schema: z.ZodType<infer T>; fallback: string }
  ? T
  : S extends { schema: z.ZodType<infer T> }
    ? T | undefined
    : never

export type Settings = { readonly [N in SettingName]: Value<(typeof SETTINGS)[N]> }
