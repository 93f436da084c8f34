import type { Clock } from '../ports/clock.js'
import type { OneTimeCodes } from '../ports/one-time-codes.js'
import type { Secrets } from '../ports/secrets.js'
import type { UserRepository } from '../ports/user-repository.js'
import { matchRecoveryCode } from './recovery-code.js'
import type { User } from './user.js'

export interface SecondFactorParts {
  readonly users: UserRepository
  readonly codes: OneTimeCodes
  readonly secrets: Secrets
  readonly clock: Clock
}

/** How it was proved. */
export type ProvedBy = 'otp' | 'recovery-code'

/** Takes a one-time code, or a recovery code in its place; each is accepted once. Undefined when it is not right, or was used. */
export async function proveSecondFactor(user: User, typed: string, parts: SecondFactorParts): Promise<ProvedBy | undefined> {
  const { secondFactor, id } = user
  if (secondFactor === undefined) return undefined
  const digits = typed.replace(/\s/g, '')
  if (/^\d{6}$/.test(digits)) return (await spendOneTimeCode(user, digits, parts)) ? 'otp' : undefined
  const code = matchRecoveryCode(id, typed, secondFactor.recoveryCodes, parts.secrets)
  return code !== undefined && (await parts.users.spendRecoveryCode(id, code)) ? 'recovery-code' : undefined
}

async function spendOneTimeCode(
  { id, secondFactor }: User,
  code: string,
  { users, codes, secrets, clock }: SecondFactorParts,
): Promise<boolean> {
  const secret = secondFactor && secrets.unseal('totp', secondFactor.sealedSecret)
  if (secret === undefined) throw new Error('the second factor was sealed under a secret that is not in SECRETS')
  const step = codes.stepOf(secret, code, clock.now())
  return step !== undefined && users.acceptStep(id, step)
}
