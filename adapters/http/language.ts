import type { Context } from 'koa'
import type { AuthorizationParameters } from '../../domain/flow.js'
import { de } from './texts/de.js'
import { en, type Dictionary } from './texts/en.js'

export const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]

const DICTIONARIES: Readonly<Record<Language, Dictionary>> = { en, de }

interface LanguageState {
  language?: Language
}

/** What the request asked for by `ui_locales` (OpenID Connect Core §3.1.2.1), else the browser by Accept-Language, else English. */
export const languageOf = (ctx: Context): Language => {
  const accepted = ctx.acceptsLanguages([...LANGUAGES])
  return (ctx.state as LanguageState).language ?? LANGUAGES.find((language) => language === accepted) ?? 'en'
}

/** Follows `ui_locales`, the first that is spoken here; others are ignored. */
export function followUiLocales(ctx: Context, { ui_locales: asked }: AuthorizationParameters): void {
  const tags = typeof asked === 'string' ? asked.toLowerCase().split(' ') : []
  const language = tags.map((tag) => LANGUAGES.find((known) => known === tag.split('-')[0])).find((known) => known !== undefined)
  if (language !== undefined) (ctx.state as LanguageState).language = language
}

/** The words of the page, in the reader's language. */
export const textsOf = (ctx: Context): Dictionary => DICTIONARIES[languageOf(ctx)]

/** The language with the region that the browser names for it, `en-GB` say, because dates differ by region. */
function localeOf(ctx: Context): string {
  const language = languageOf(ctx)
  const accepted = ctx.acceptsLanguages()
  return accepted.find((tag) => tag.toLowerCase() === language || REGIONAL.exec(tag)?.[1]?.toLowerCase() === language) ?? language
}

const REGIONAL = /^([a-z]{2})-[a-z]{2}$/i

/** A date in words, and as a machine reads it. */
export const dayOf = (ctx: Context, at: Date) => inWords(at, new Intl.DateTimeFormat(localeOf(ctx), { dateStyle: 'long', timeZone: 'UTC' }))

/** The same with the time of day, in UTC: nobody knows the reader's clock. */
export const momentOf = (ctx: Context, at: Date) => {
  const format = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' } as const
  const { iso, text } = inWords(at, new Intl.DateTimeFormat(localeOf(ctx), format))
  return { iso, text: `${text} UTC` }
}

const inWords = (at: Date, format: Intl.DateTimeFormat) => ({ iso: at.toISOString(), text: format.format(at) })
