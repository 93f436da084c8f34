import type { ClientDraft, ClientWithSecret } from '../../ports/for-administering.js'
import { passThrough, Visitor, authorizeUrl, pkce } from '../support/visitor.js'
import type { Guest } from './guest.js'
import { MINUTE, type Stage } from './stage.js'

type Open = (guest: Guest, stage: Stage) => Promise<unknown>

const WRONG = 'a wrong password'
const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft für Buchhaltung & Ablage'

const client = (stage: Stage, draft: Partial<ClientDraft> = {}): Promise<ClientWithSecret> =>
  stage.server.client({ name: 'Holiday photos', ...draft })

async function signedIn(guest: Guest, username = 'alice'): Promise<void> {
  await guest.go('/login')
  await guest.signIn(username)
}

async function asked(guest: Guest, stage: Stage, draft: Partial<ClientDraft> = {}, scope = 'read write'): Promise<void> {
  await guest.begin(await client(stage, draft), { scope })
  await guest.signIn('bob')
}

async function enrolling(guest: Guest, username?: string): Promise<void> {
  await signedIn(guest, username)
  await guest.fill('/account/otp/enrol', {})
}

/** Answers the secret of the second factor. */
async function halfSignedIn(guest: Guest, stage: Stage): Promise<string> {
  const username = await stage.person()
  await signedIn(guest, username)
  const { secret } = await guest.enrol((shown) => stage.nextCode(shown))
  await guest.page.context().clearCookies()
  await guest.begin(await client(stage))
  await guest.signIn(username)
  return secret
}

async function stale(guest: Guest, stage: Stage): Promise<void> {
  await signedIn(guest)
  stage.wait(16 * MINUTE)
  await guest.fill('/account/otp/enrol', {})
}

/** Several of everything, with names that are hard to lay out. */
async function busyAccount(guest: Guest, stage: Stage): Promise<void> {
  const email = `${'a-very-long-local-part-'.repeat(2)}@mail.subdomain-of-a-subdomain.example.test`
  const username = await stage.person({ name: LONG, email })
  const elsewhere = new Visitor()
  for (const name of ['Holiday photos', LONG, 'تطبيق الصور']) {
    const draft = { name, scopes: ['read', 'write', 'admin'] }
    await passThrough(
      elsewhere,
      authorizeUrl(stage.server.issuer, await client(stage, draft), pkce(), { scope: 'read write admin' }),
      username,
    )
  }
  await guest.go('/login')
  await guest.signIn(username, WRONG)
  await guest.signIn(username)
  await guest.enrol((secret) => stage.nextCode(secret))
  await guest.go('/account')
}

async function newScope(guest: Guest, stage: Stage): Promise<void> {
  const app = await client(stage)
  await guest.begin(app)
  await guest.signIn(await stage.person({ name: 'Wilhelmina Österreicher' }))
  await guest.allow()
  await guest.answer()
  await guest.begin(app, { scope: 'read write' })
}

/** At three resources, of which one was approved before and another knows none of the scopes. */
async function askedAtResources(guest: Guest, stage: Stage): Promise<void> {
  const names = {
    'https://calendar.example.test/v1': 'Calendar',
    'https://notes.example.test/': LONG,
    'https://archive.example.test/': 'Archive',
  }
  const resources = Object.keys(names)
  for (const [uri, name] of Object.entries(names)) {
    const scopes = name === 'Archive' ? ['admin'] : ['read', 'write']
    await stage.server.administering.createResource({ uri, name, scopes }, { requestId: 'test', address: 'cli' })
  }
  stage.wait(2_000)
  const url = authorizeUrl(stage.server.issuer, await client(stage, { resources }), pkce(), { scope: 'read write' })
  const [first = '', ...others] = resources.map((uri) => `&resource=${encodeURIComponent(uri)}`)
  await passThrough(new Visitor(), url + first, 'bob')
  await guest.page.goto([url, first, ...others].join(''))
  await guest.signIn('bob')
}

/** The way to every page and state. Each leaves the browser where it is to be looked at. */
export const STATES: Readonly<Record<string, Open>> = {
  'sign-in': (guest) => guest.go('/login'),
  'sign-in-for-an-app': async (guest, stage) => guest.begin(await client(stage, { name: LONG })),
  'wrong-password': async (guest) => {
    await guest.go('/login')
    await guest.signIn('somebody', WRONG)
  },
  throttled: async (guest, stage) => {
    await guest.go('/login')
    for (let tries = 0; tries <= stage.server.config.loginAttempts; tries += 1) await guest.signIn('whoever', WRONG)
  },
  'another-account': async (guest, stage) => {
    await asked(guest, stage)
    await guest.press(guest.page.locator('a[href*="switch="]'))
  },
  'second-factor': halfSignedIn,
  'wrong-code': async (guest, stage) => {
    await guest.enter(stage.wrongCode(await halfSignedIn(guest, stage)))
  },
  enrolment: (guest) => enrolling(guest),
  'enrolment-wrong-code': async (guest, stage) => {
    await enrolling(guest)
    await guest.enter(stage.wrongCode(await guest.secret()))
  },
  'recovery-codes': async (guest, stage) => {
    await enrolling(guest, await stage.person())
    await guest.enter(stage.nextCode(await guest.secret()))
  },
  'account-new': (guest) => signedIn(guest),
  'account-busy': busyAccount,
  'account-wrong-password': async (guest) => {
    await signedIn(guest)
    await guest.fill('/account/password', { current_password: WRONG, new_password: 'an even better password' })
  },
  'account-password-changed': async (guest, stage) => {
    await signedIn(guest, await stage.person())
    await guest.fill('/account/password', { current_password: 'correct horse battery', new_password: 'an even better password' })
  },
  'password-again': stale,
  'password-again-wrong': async (guest, stage) => {
    await stale(guest, stage)
    await guest.page.fill('input[name=password]', WRONG)
    await guest.submit()
  },
  approval: asked,
  'approval-new-scope': newScope,
  'approval-at-resources': askedAtResources,
  'approval-loopback': (guest, stage) =>
    asked(guest, stage, { redirectUris: ['http://127.0.0.1/callback'], authMethod: 'none', grants: ['authorization_code'] }),
  'approval-private-scheme': (guest, stage) =>
    asked(guest, stage, { name: LONG, redirectUris: ['com.example.app:/cb'], authMethod: 'none', grants: ['authorization_code'] }),
  'unknown-client': (guest) => guest.go('/authorize?client_id=nobody'),
  'flow-over': (guest) => guest.go(`/login?flow=${'x'.repeat(43)}`),
  'no-such-page': (guest) => guest.go('/nowhere'),
  'form-refused': async (guest) => {
    await guest.go('/login')
    await guest.page.context().clearCookies()
    await guest.signIn('somebody', WRONG)
  },
  'sign-out': async (guest) => {
    await signedIn(guest)
    await guest.go('/logout')
  },
  'signed-out': async (guest) => {
    await signedIn(guest)
    await guest.go('/logout')
    await guest.submit()
  },
}

/** By which the page is known to be the one that was meant. */
export const HEADINGS: Readonly<Record<string, string>> = {
  'sign-in': 'Sign in',
  'sign-in-for-an-app': 'Sign in',
  'wrong-password': 'Sign in',
  throttled: 'Sign in',
  'another-account': 'Sign in',
  'second-factor': 'Enter your code',
  'wrong-code': 'Enter your code',
  enrolment: 'Set up a second factor',
  'enrolment-wrong-code': 'Set up a second factor',
  'recovery-codes': 'Your recovery codes',
  'account-new': 'Your account',
  'account-busy': 'Your account',
  'account-wrong-password': 'Your account',
  'account-password-changed': 'Your account',
  'password-again': 'Enter your password',
  'password-again-wrong': 'Enter your password',
  'unknown-client': 'This application is not known here',
  'flow-over': 'This sign-in is over',
  'no-such-page': 'There is no such page',
  'form-refused': 'This form is no longer valid',
  'sign-out': 'Sign out?',
  'signed-out': 'You are signed out',
  approval: 'Allow Holiday photos to use your account?',
  'approval-new-scope': 'Allow Holiday photos to use your account?',
  'approval-at-resources': 'Allow Holiday photos to use your account?',
  'approval-loopback': 'Allow Holiday photos to use your account?',
  'approval-private-scheme': `Allow ${LONG} to use your account?`,
}
