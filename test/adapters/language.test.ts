import { expect } from 'chai'
import Koa from 'koa'
import supertest from 'supertest'
import { dayOf, followUiLocales, languageOf, momentOf, textsOf } from '../../adapters/http/language.js'

const AT = new Date('2026-03-04T17:08:09Z')

/** What a page says to a reader who asks like this. */
async function heard(acceptLanguage: string | undefined, uiLocales?: string): Promise<Record<string, unknown>> {
  const app = new Koa()
  app.use((ctx) => {
    followUiLocales(ctx, uiLocales === undefined ? {} : { ui_locales: uiLocales })
    ctx.body = { language: languageOf(ctx), title: textsOf(ctx).signIn.title, day: dayOf(ctx, AT).text, moment: momentOf(ctx, AT) }
  })
  const asked = supertest(app.callback()).get('/')
  const response = await (acceptLanguage === undefined ? asked : asked.set('Accept-Language', acceptLanguage))
  return response.body as Record<string, unknown>
}

describe('the language of a page', () => {
  it('is the best that the browser accepts, English when it accepts none that is spoken here', async () => {
    for (const [accepted, language] of [
      ['de', 'de'],
      ['de-AT,en;q=0.5', 'de'],
      ['en-GB,de;q=0.9', 'en'],
      ['fr,de;q=0.3,en;q=0.2', 'de'],
      ['fr', 'en'],
      ['*', 'en'],
      [undefined, 'en'],
    ] as const)
      expect((await heard(accepted))['language'], accepted).to.equal(language)
  })

  it('is what ui_locales asks for, the first that is spoken here (OpenID Connect Core §3.1.2.1)', async () => {
    for (const [asked, language] of [
      ['de', 'de'],
      ['fr-CA de-CH en', 'de'],
      ['EN', 'en'],
      ['fr', 'de'],
      ['"><svg onload=alert(1)>', 'de'],
      ['__proto__ constructor', 'de'],
    ] as const)
      expect((await heard('de', asked))['language'], asked).to.equal(language)
  })

  it('gives dates in the form of the reader, with the exact time beside it', async () => {
    expect(await heard('en')).to.include({ title: 'Sign in', day: 'March 4, 2026' })
    expect(await heard('de')).to.include({ title: 'Anmelden', day: '4. März 2026' })
    for (const [accepted, day, clock] of [
      ['en-GB,en;q=0.9', '4 March 2026', '17:08'],
      ['en-US', 'March 4, 2026', '5:08'],
      ['de-AT', '4. März 2026', '17:08'],
      ['en-u-ca-buddhist,en-XX', 'March 4, 2026', '5:08'],
      ['fr-FR,en-AU;q=0.5', '4 March 2026', '5:08'],
    ] as const) {
      const { day: told, moment } = await heard(accepted)
      expect(told, accepted).to.equal(day)
      expect((moment as { text: string }).text.replaceAll('\u202f', ' '), accepted).to.include(clock)
    }
    const { moment } = await heard('de')
    expect(moment).to.deep.include({ iso: AT.toISOString() })
    expect((moment as { text: string }).text).to.match(/17:08 UTC$/)
  })
})
