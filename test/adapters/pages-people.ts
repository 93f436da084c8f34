import { InvalidInput } from '../../domain/errors.js'
import type { SecondFactor } from '../../domain/second-factor.js'
import type { Session } from '../../domain/session.js'
import type { ForAuthenticating, SignedIn } from '../../ports/for-authenticating.js'
import type { ForKeepingAccounts } from '../../ports/for-keeping-accounts.js'
import { after, aSession, aUser, MINUTE, NOW } from '../support/builders.js'
import type { World } from './pages-fixture.js'

export const PASSWORD = 'correct horse battery'
export const OTP = '123456'
export const CODES: readonly string[] = Array.from({ length: 10 }, (_, i) => `aaaaa-bbbb${i.toString()}`)
export const A_FACTOR: SecondFactor = {
  sealedSecret: 'sealed',
  enrolledAt: after(-3 * MINUTE),
  lastStep: 7,
  recoveryCodes: ['x', 'y', 'z'],
}
export const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

type People = Omit<ForAuthenticating, 'client' | 'signOut'>

/** Puts another session in the place of one. */
function renew(world: World, who: SignedIn, how: Partial<Session>, user = who.user): SignedIn & { token: string } {
  for (const [token, { session }] of world.sessions) if (session.id === who.session.id) world.sessions.delete(token)
  const { pending: _, ...session } = who.session
  const renewed = { user, session: { ...session, createdAt: NOW, ...how } }
  const token = world.secrets.random(32)
  world.sessions.set(token, renewed)
  return { token, ...renewed }
}

/** People whose password is PASSWORD and whose code is OTP. */
export const proving = (world: World): People => ({
  signIn: async ({ username, password, previous }) => {
    if (world.throttled !== undefined) throw world.throttled
    if (password !== PASSWORD) return undefined
    if (previous !== undefined) world.sessions.delete(previous)
    const { secondFactor, authTime } = world
    const user = aUser({ username, disabledAt: undefined, secondFactor, events: [{ event: 'sign-in', at: NOW, address: '192.0.2.1' }] })
    const pending = secondFactor && 'otp'
    const who = { user, session: aSession({ userId: user.id, authTime, amr: ['pwd'], pending }) }
    const token = world.secrets.random(32)
    world.sessions.set(token, who)
    return { token, ...who }
  },
  resume: async (token) => {
    if (world.unavailable !== undefined) throw world.unavailable
    return world.whoHas(token)
  },
  halfSignedIn: async (token) => (world.whoHas(token) === undefined ? world.sessions.get(token) : undefined),
  proveSecondFactor: async ({ token, otp }) => {
    if (world.throttled !== undefined) throw world.throttled
    world.events.push(`prove ${otp}`)
    const who = world.sessions.get(token)
    return who !== undefined && otp === OTP ? renew(world, who, { amr: ['pwd', 'otp', 'mfa'], authTime: NOW }) : undefined
  },
  confirmPassword: async ({ token, password }) => {
    if (world.throttled !== undefined) throw world.throttled
    const who = world.whoHas(token)
    return who !== undefined && password === PASSWORD ? renew(world, who, { authTime: NOW }) : undefined
  },
})

/** What is done is written down in `world.events`. */
export function keeping(world: World): ForKeepingAccounts {
  const provided = async <T>(password: string, what: string, answer: () => T): Promise<T | undefined> => {
    if (world.throttled !== undefined) throw world.throttled
    if (password !== PASSWORD) return undefined
    world.events.push(what)
    return answer()
  }
  return {
    sessions: async ({ session, user }) => [session, aSession({ userId: user.id })],
    endSession: async (_, id) => void world.events.push(`end ${id}`),
    endOtherSessions: async (who) => {
      world.events.push('end others')
      return renew(world, who, {})
    },
    changePassword: async (who, { current, next }) => {
      if (next.length < 8) throw new InvalidInput('password: has fewer than 8 characters')
      return provided(current, `password ${next}`, () => renew(world, who, {}))
    },
    enrolment: () => ({ secret: SECRET, uri: `otpauth://totp/alice?secret=${SECRET}` }),
    confirmEnrolment: async (who, otp) => {
      if (world.throttled !== undefined) throw world.throttled
      if (otp !== OTP) return undefined
      world.events.push('enrol')
      const user = { ...who.user, secondFactor: A_FACTOR }
      return { token: renew(world, who, { amr: ['pwd', 'otp', 'mfa'] }, user).token, recoveryCodes: CODES }
    },
    disableSecondFactor: (who, password) => provided(password, 'disable', () => renew(world, who, { amr: ['pwd'] })),
    renewRecoveryCodes: (_, password) => provided(password, 'renew codes', () => CODES),
  }
}
